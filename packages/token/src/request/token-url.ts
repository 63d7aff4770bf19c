import { redact } from "../errors/safe-cause.ts";
import { TokenError } from "../errors/token-error.ts";

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

/** The address of the token endpoint with its query (protocol section 7). `0` is a value and is sent. */
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
 * The service's host as a page may name it: `wss://` and a host, or `ws://` on this machine. Undefined for the default one,
 * which need not be named, and for one that no page should connect to.
 */
export function hostForPages(apiHost: string = defaultHost): string | undefined {
  const text = apiHost.trim();
  const address = text.includes("://") ? text : `https://${text}`;
  if (!URL.canParse(address)) return undefined;
  const { protocol, host, hostname, pathname } = new URL(address);
  const encrypted = protocol === "https:" || protocol === "wss:";
  if (!encrypted && !/^(?:localhost|.*\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname)) return undefined;
  const place = `${encrypted ? "wss:" : "ws:"}//${host}${pathname.replace(/\/+$/, "")}`;
  return place === `wss://${defaultHost}` ? undefined : place;
}

function hostUrl(apiHost: string, apiKey: string): URL {
  const text = apiHost.trim();
  // Hosts are looked up in lower case and in the open, and errors name them.
  if (text.toLowerCase().includes(apiKey.toLowerCase())) throw badHost("holds the API key", "(withheld)");
  let parsed: URL;
  try {
    parsed = new URL(text.includes("://") ? text : `https://${text}`);
  } catch {
    throw badHost("is neither a host nor a URL");
  }
  const scheme = webScheme[parsed.protocol];
  if (scheme === undefined) throw badHost("has a scheme other than ws, wss, http or https");
  // fetch refuses credentials in a URL with an error that quotes them.
  if (parsed.username !== "" || parsed.password !== "") throw badHost("holds a user name or password", "(withheld)");
  parsed.hash = "";
  // `protocol =` does not cross from ws to http, neither being the other's kind everywhere.
  return new URL(`${scheme}${parsed.href.slice(parsed.protocol.length)}`);

  function badHost(reason: string, shown = JSON.stringify(redact(text, apiKey))): TokenError {
    return new TokenError("invalid-options", `No token was asked for: apiHost ${shown} ${reason}.`, {
      remedy: 'Pass a host such as "streaming.assemblyai.com", or a URL such as "ws://127.0.0.1:8080".',
    });
  }
}
