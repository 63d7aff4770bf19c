/** What a browser says of a worklet that the page's Content-Security-Policy has blocked. */
export interface WorkletViolation {
  /** The whole policy; "" if the browser does not say. */
  readonly policy: string;
  /** The directive that it was held against, such as `script-src-elem`. */
  readonly directive: string;
}

/** Worklets count as scripts. Of these directives, the first one in the policy decides. */
const deciding = ["script-src-elem", "script-src", "default-src"];

/** What happened, and what to change in the policy or in `workletUrl`. `page` is the page's address. */
export function blockedByPolicy(workletUrl: string | URL, page: string, violation: WorkletViolation): string {
  const url = new URL(workletUrl, page);
  const { name, sources } = decidingDirective(violation);
  const needed = url.origin === new URL(page).origin && url.protocol !== "blob:" ? "'self'" : sourceOf(url);
  const shown = sources.length === 0 ? "" : ` ${sources.map(withoutNonce).join(" ")}`;
  const happened = `The page's Content-Security-Policy (${name}${shown}) blocked the worklet ${url}.`;
  const remedy = `${adding(needed, name, sources)}${name === "default-src" ? ", or give the policy a script-src that has it" : ""}`;
  if (needed === "'self'") return `${happened} A nonce or a hash does not reach worklets: ${remedy}.`;
  const self = sources.includes("'self'") ? "" : `, with 'self' in ${name}`;
  return `${happened} To allow it, ${remedy}; or serve @voxpipe/microphone/worklet.js from the page's own origin${self}, and give its address as workletUrl.`;
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
  return sources.includes("'none'") ? `put ${needed} in the place of 'none' in ${name}` : `add ${needed} to ${name}`;
}

/** How a policy names it. */
function sourceOf(url: URL): string {
  return url.protocol === "http:" || url.protocol === "https:" ? url.origin : url.protocol;
}

/** A nonce is nobody's business but the page's. */
function withoutNonce(source: string): string {
  return source.replace(/^'nonce-.*'$/, "'nonce-…'");
}
