import { StreamingError } from "@voxpipe/core";
import type { Fetch } from "@voxpipe/token";
import { badAgent } from "./bad-agent.ts";

/** The first version of Bun whose WebSocket supports a proxy. Older ones silently ignore it. */
const firstWithProxy = [1, 3, 6];

/**
 * Checks the options `proxy` and `agent` of Bun's entry, and returns the one that is given.
 *
 * @throws StreamingError `invalid-options`.
 */
export function proxyOf(
  { proxy, agent }: { readonly proxy?: unknown; readonly agent?: unknown },
  version: string = bunVersion(),
): string | undefined {
  const name = proxy === undefined ? "agent" : "proxy";
  const url = proxy === undefined ? agent : proxy;
  if (url === undefined) return undefined;
  if (typeof url !== "string" || !isProxyUrl(url))
    throw badAgent(url, 'the URL of a proxy, "http://…" or "https://…"', name);
  if (isBefore(version, firstWithProxy))
    throw new StreamingError(
      "invalid-options",
      `${name}: needs Bun ${firstWithProxy.join(".")}, but this is Bun ${version}. Update Bun.`,
    );
  return url;
}

/** A `fetch` for token requests through a proxy: Bun's own takes its URL. */
export function fetchThrough(proxy: string | undefined): Fetch | undefined {
  if (proxy === undefined) return undefined;
  return (url, init) => fetch(url, { ...init, ...{ proxy } });
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
