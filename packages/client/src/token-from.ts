import { StreamingError, type TokenRequest } from "@voxpipe/core";

export interface TokenFromOptions {
  /** Added to the request: headers that identify the visitor, `credentials`, … The method is POST unless given. */
  readonly init?: Omit<RequestInit, "signal">;
  /** Defaults to the platform's. */
  readonly fetch?: typeof globalThis.fetch;
}

/** The longest time for which an endpoint is left alone because it said so, in ms. */
const longestQuiet = 60_000;

/**
 * A provider for `token` that asks your own server, such as a `createTokenHandler` of `@voxpipe/token`: one POST for each
 * connection attempt, given up when the attempt is, so that a session has at most one under way. (A `fetch` of your own that
 * does not heed its `signal` goes on with the old one beside the next.)
 *
 * The answer must be JSON with a `token`. Anything else fails with `token-failed` (or `unauthorized` for 401 and 403) and
 * the HTTP status; 429 and 5xx are retried like lost connections. Where the server says `Retry-After`, the provider asks it
 * nothing before that time, up to a minute: who comes earlier is told so at once, and sessions then wait for as long as that
 * (`retryAfterSeconds` of the error).
 * (From another origin, the header is readable only if `Access-Control-Expose-Headers` names it, as `createTokenHandler` does.)
 *
 * @param endpoint Where to ask; a `Request` brings its own method, headers and body.
 */
export function tokenFrom(
  endpoint: string | URL | Request,
  options: TokenFromOptions = {},
): (request: TokenRequest) => Promise<string> {
  let busy = 0;
  let quietUntil = 0;

  return async ({ signal }) => {
    const wait = quietUntil - performance.now();
    // Timers may be a millisecond early.
    if (wait > 1) throw refusal(busy, wait / 1000);
    const { fetch = globalThis.fetch, init } = options;
    const request = endpoint instanceof Request ? endpoint.clone() : undefined;
    const method = request?.method ?? "POST";
    const response = await fetch(request ?? endpoint, { method, cache: "no-store", ...init, signal });
    if (response.ok) return readToken(await response.text());
    const { status } = response;
    const seconds = status === 429 || status === 503 ? retryAfter(response.headers) : undefined;
    if (seconds !== undefined) {
      busy = status;
      quietUntil = performance.now() + Math.min(seconds * 1000, longestQuiet);
    }
    throw refusal(status, seconds);
  };
}

function readToken(text: string): string {
  try {
    const body: { readonly token?: unknown } | null = JSON.parse(text);
    if (typeof body?.token === "string" && body.token !== "") return body.token;
  } catch {
    // What the parser says may quote the text, and with it a token.
  }
  throw new StreamingError("token-failed", "The token endpoint answered without JSON that holds a token.");
}

/** `Retry-After` as seconds from now: a count of them or an HTTP date (RFC 9110, 10.2.3). */
function retryAfter(headers: Headers): number | undefined {
  const text = headers.get("retry-after") ?? "";
  const count = Number(text);
  const seconds = Number.isNaN(count) ? (Date.parse(text) - Date.now()) / 1000 : count;
  return seconds > 0 ? seconds : undefined;
}

function refusal(status: number, retryAfterSeconds: number | undefined): StreamingError {
  const refused = status === 401 || status === 403;
  const code = refused ? "unauthorized" : "token-failed";
  const retryable = status === 429 || status >= 500;
  const wait = retryAfterSeconds === undefined ? "" : ` (retry after ${Math.ceil(retryAfterSeconds)} s)`;
  const remedy = refused
    ? "The visitor, or this page's origin, may not have tokens."
    : `${retryable ? "See its log" : "Check its URL and method"}.`;
  return new StreamingError(code, `The token endpoint answered HTTP ${status}${wait}. ${remedy}`, {
    status,
    retryable,
    retryAfterSeconds,
  });
}
