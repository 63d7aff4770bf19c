import { redact } from "../errors/safe-cause.ts";
import { TokenError } from "../errors/token-error.ts";
import { parsedUrl } from "./parsed-url.ts";

export interface TokenUrlParts {
  readonly apiKey: string;
  readonly apiHost: string;
  readonly expiresInSeconds: number;
  readonly maxSessionDurationSeconds?: number | undefined;
}

export const defaultHost = "streaming.assemblyai.com";

const webScheme: Readonly<Record<string, string>> = {
  "ws:": "http:",
  "wss:": "https:",
  "http:": "http:",
  "https:": "https:",
};

/** The URL of the token endpoint with its query (protocol section 7). `0` is a value and is sent. */
export function tokenUrl({ apiKey, apiHost, expiresInSeconds, maxSessionDurationSeconds }: TokenUrlParts): URL {
  const url = hostUrl(apiHost, apiKey);
  url.pathname = `${url.pathname.replace(/\/+$/, "")}/v3/token`;
  url.searchParams.set("expires_in_seconds", String(expiresInSeconds));
  if (maxSessionDurationSeconds !== undefined) {
    url.searchParams.set("max_session_duration_seconds", String(maxSessionDurationSeconds));
  }
  return url;
}

/**
 * The service's host for pages: `wss://` and a host, or `ws://` on this machine. Undefined for the default host, which
 * pages know, and for a host that pages should not connect to.
 */
export function hostForPages(apiHost: string = defaultHost): string | undefined {
  const text = apiHost.trim();
  const url = parsedUrl(text.includes("://") ? text : `https://${text}`);
  if (url === undefined) return undefined;
  const { protocol, host, hostname, pathname } = url;
  const encrypted = protocol === "https:" || protocol === "wss:";
  if (!encrypted && !/^(?:localhost|.*\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname)) return undefined;
  const place = `${encrypted ? "wss:" : "ws:"}//${host}${pathname.replace(/\/+$/, "")}`;
  return place === `wss://${defaultHost}` ? undefined : place;
}

function hostUrl(apiHost: string, apiKey: string): URL {
  const text = apiHost.trim();
  // Host names are looked up in lower case and without encryption, and errors quote them.
  if (text.toLowerCase().includes(apiKey.toLowerCase())) throw badHost("contains the API key", "(withheld)");
  const parsed = parsedUrl(text.includes("://") ? text : `https://${text}`);
  if (parsed === undefined) throw badHost("is not a host or a URL");
  const scheme = webScheme[parsed.protocol];
  if (scheme === undefined) throw badHost("has a scheme other than ws, wss, http or https");
  // fetch rejects credentials in a URL with an error that quotes them.
  if (parsed.username !== "" || parsed.password !== "") throw badHost("contains a user name or password", "(withheld)");
  parsed.hash = "";
  // Assigning `protocol` cannot change ws to http on every runtime: one is a special scheme there, the other is not.
  return new URL(`${scheme}${parsed.href.slice(parsed.protocol.length)}`);

  function badHost(reason: string, shown = JSON.stringify(redact(text, apiKey))): TokenError {
    return new TokenError("invalid-options", `No token was requested: apiHost ${shown} ${reason}.`, {
      remedy: 'Pass a host such as "streaming.assemblyai.com", or a URL such as "ws://127.0.0.1:8080".',
    });
  }
}
