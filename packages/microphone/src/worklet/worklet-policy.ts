/** What a browser reports about a worklet that the page's Content-Security-Policy blocked. */
export interface WorkletViolation {
  /** The whole policy; "" if the browser does not report it. */
  readonly policy: string;
  /** The directive that it violated, such as `script-src-elem`. */
  readonly directive: string;
}

/** Worklets count as scripts. The first of these directives in the policy decides. */
const deciding = ["script-src-elem", "script-src", "default-src"];

/** What happened, and what to change in the policy or in `workletUrl`. `page` is the page's address. */
export function blockedByPolicy(workletUrl: string | URL, page: string, violation: WorkletViolation): string {
  const url = new URL(workletUrl, page);
  const { name, sources } = decidingDirective(violation);
  const needed = url.origin === new URL(page).origin && url.protocol !== "blob:" ? "'self'" : sourceOf(url);
  const shown = sources.length === 0 ? "" : ` ${sources.map(withoutNonce).join(" ")}`;
  const happened = `The page's Content-Security-Policy (${name}${shown}) blocked the worklet ${url}.`;
  const remedy = `${adding(needed, name, sources)}${name === "default-src" ? ", or add a script-src with it to the policy" : ""}`;
  if (needed === "'self'") return `${happened} A nonce or a hash does not apply to worklets: ${remedy}.`;
  const self = sources.includes("'self'") ? "" : `, with 'self' in ${name}`;
  return `${happened} To allow it, ${remedy}; or serve @voxpipe/microphone/worklet.js from the page's own origin${self}, and pass its address as workletUrl.`;
}

function decidingDirective({ policy, directive }: WorkletViolation): { name: string; sources: readonly string[] } {
  const directives = new Map(
    policy.split(";").map((text) => {
      const [name = "", ...sources] = text.trim().split(/\s+/);
      return [name.toLowerCase(), sources] as const;
    }),
  );
  const name = deciding.find((candidate) => directives.has(candidate)) ?? directive;
  return { name, sources: directives.get(name) ?? [] };
}

function adding(needed: string, name: string, sources: readonly string[]): string {
  return sources.includes("'none'") ? `replace 'none' with ${needed} in ${name}` : `add ${needed} to ${name}`;
}

/** The source expression for it in a policy. */
function sourceOf(url: URL): string {
  return url.protocol === "http:" || url.protocol === "https:" ? url.origin : url.protocol;
}

/** Hides nonces: they are private to the page. */
function withoutNonce(source: string): string {
  return source.replace(/^'nonce-.*'$/, "'nonce-…'");
}
