import { getProxyForUrl } from "proxy-from-env";
import type { ConnectionAgent } from "voxpipe";
import { UsageError } from "./usage-error.ts";

const defaultHost = "streaming.assemblyai.com";
const expected = "Use http://, https://, socks4:// or socks5://, a host and a port, such as http://proxy.example:8080";

/**
 * An agent for the proxy that the environment names for a host: HTTPS_PROXY, for `ws://` hosts HTTP_PROXY, or ALL_PROXY, in
 * capitals or not, unless NO_PROXY lists the host. `signal` ends connections to an HTTP proxy that does not answer; those to a SOCKS proxy end by
 * themselves after 30 s.
 *
 * @throws UsageError for a proxy that cannot be used. The value is not shown: it may contain a password.
 */
export async function proxyFromEnvironment(
  host: string | undefined,
  signal: AbortSignal,
): Promise<ConnectionAgent | undefined> {
  const target = targetOf(host);
  const found = getProxyForUrl(target);
  if (found === "") return undefined;
  const proxy = proxyUrl(found, target);
  if (proxy === undefined)
    throw new UsageError(`The environment variable ${variableOf(target)} is not the URL of a proxy. ${expected}.`);
  return openAgent(proxy, signal);
}

/** Most runs use no proxy, and need not wait for these packages to load. */
async function openAgent(proxy: URL, signal: AbortSignal): Promise<ConnectionAgent> {
  if (proxy.protocol.startsWith("socks")) {
    const { SocksProxyAgent } = await import("socks-proxy-agent");
    return new SocksProxyAgent(proxy);
  }
  const { HttpsProxyAgent } = await import("https-proxy-agent");
  return new HttpsProxyAgent(proxy, { signal });
}

/** The address under which the variables know a host: `https:`, and for `ws://` hosts `http:`. */
function targetOf(host = defaultHost): string {
  const text = host.trim();
  return text.includes("://") ? text.replace(/^ws/i, "http") : `https://${text}`;
}

/** A variable without a scheme means an HTTP proxy, as for curl; the library takes the scheme of the target. */
function proxyUrl(found: string, target: string): URL | undefined {
  const name = variableOf(target);
  const text = process.env[name]?.includes("://") === false ? `http://${process.env[name]}` : found;
  if (!/^(https?|socks(4a?|5h?)?):\/\/./i.test(text)) return undefined;
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

function variableOf(target: string): string {
  const scheme = target.toLowerCase().startsWith("http:") ? "http" : "https";
  const names = [`${scheme}_proxy`, `${scheme}_proxy`.toUpperCase(), "all_proxy", "ALL_PROXY"];
  return names.find((name) => process.env[name]) ?? "HTTPS_PROXY";
}
