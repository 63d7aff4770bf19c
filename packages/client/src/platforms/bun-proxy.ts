import { StreamingError } from "@voxpipe/core";
import { badAgent } from "./bad-agent.ts";

/** The first version of Bun whose WebSocket supports a proxy. Older ones silently ignore it. */
const firstWithProxy = [1, 3, 6];

/**
 * Checks the option `agent` of Bun's entry.
 *
 * @throws StreamingError `invalid-options`.
 */
export function proxyOf(agent: unknown, version: string = bunVersion()): string | undefined {
  if (agent === undefined) return undefined;
  if (typeof agent !== "string" || !isProxyUrl(agent))
    throw badAgent(agent, 'the URL of a proxy, "http://…" or "https://…"');
  if (isBefore(version, firstWithProxy))
    throw new StreamingError(
      "invalid-options",
      `agent: needs Bun ${firstWithProxy.join(".")}, but this is Bun ${version}. Update Bun.`,
    );
  return agent;
}

function bunVersion(): string {
  const bun: unknown = Reflect.get(globalThis, "Bun");
  const version: unknown = Reflect.get(Object(bun), "version");
  return typeof version === "string" ? version : "0.0.0";
}

function isBefore(version: string, wanted: readonly number[]): boolean {
  const has = version.split(/[.-]/).map(Number);
  const differs = wanted.findIndex((part, at) => part !== has[at]);
  return differs >= 0 && (has[differs] ?? 0) < (wanted[differs] ?? 0);
}

function isProxyUrl(text: string): boolean {
  return /^https?:\/\//i.test(text) && URL.canParse(text);
}
