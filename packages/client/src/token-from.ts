import { StreamingError, type TokenRequest } from "@voxpipe/core";

export interface TokenFromOptions {
  /** Added to the request: headers that identify the visitor, `credentials`, … The method is POST unless given. */
  readonly init?: Omit<RequestInit, "signal">;
  /** Defaults to the platform's. */
  readonly fetch?: typeof globalThis.fetch;
}

/** The longest pause that is waited for within an attempt, in ms: well below the time that one has (`connectTimeout`). */
const longestPause = 5_000;
/** The longest time for which an endpoint is left alone because it said so, in ms. */
const longestQuiet = 60_000;

/**
 * A provider for `token` that asks your own server, such as a `createTokenHandler` of `@voxpipe/token`: one POST for each
 * connection attempt, given up when the attempt is, so that a session has at most one under way.
 *
 * The answer must be JSON with a `token`. Anything else fails with `token-failed` (or `unauthorized` for 401 and 403) and
 * the HTTP status; 429 and 5xx are retried like lost connections. Where the server says `Retry-After`, the provider asks it
 * nothing before that time, up to a minute, and a session's next attempt waits (`retryAfterSeconds` of the error). A session
 * that comes before it is over waits a few seconds by itself, and is otherwise told at once.
 * (From another origin, the header is readable only if `Access-Control-Expose-Headers` names it, as `createTokenHandler` does.)
 *
 * @param endpoint Where to ask; a `Request` brings its own method, headers and body.
 */
export function tokenFrom(
  endpoint: string | URL | Request,
  options: TokenFromOptions = {},
): (request: TokenRequest) => Promise<string> {
  let busy: { readonly status: number; readonly until: number } | undefined;

  return async ({ signal }) => {
    const wait = (busy?.until ?? 0) - performance.now();
    if (busy && wait > longestPause) throw refusal(busy.status, wait / 1000, "earlier");
    if (busy && wait > 0) await pause(wait, signal);
    const target = endpoint instanceof Request ? endpoint.clone() : endpoint;
    const method = endpoint instanceof Request ? endpoint.method : "POST";
    const { fetch = globalThis.fetch, init } = options;
    const response = await fetch(target, { method, cache: "no-store", ...init, signal });
    busy = undefined;
    if (response.ok) return readToken(await response.text());
    const { status, headers } = response;
    const seconds = status === 429 || status === 503 ? retryAfter(headers.get("retry-after")) : undefined;
    if (seconds !== undefined) busy = { status, until: performance.now() + Math.min(seconds * 1000, longestQuiet) };
    throw refusal(status, seconds);
  };
}

function readToken(text: string): string {
  const body = parse(text);
  const token = typeof body === "object" && body !== null && "token" in body ? body.token : undefined;
  if (typeof token === "string" && token !== "") return token;
  throw new StreamingError("token-failed", "The token endpoint's answer has no token. It must be JSON: { token }.");
}

/** What the parser says of text that is no JSON may quote it, and with it a token. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `Retry-After` as seconds from now: a count of them or an HTTP date (RFC 9110, 10.2.3). */
function retryAfter(header: string | null): number | undefined {
  const text = header?.trim() ?? "";
  if (/^\d{1,9}$/.test(text)) return Number(text);
  const date = /^[A-Za-z]{3}/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, (date - Date.now()) / 1000);
}

/** Resolves after `ms`; rejects when `signal` aborts first. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      if (signal.aborted) reject(signal.reason);
      else resolve();
    };
    const timer = setTimeout(end, ms);
    if (signal.aborted) end();
    else signal.addEventListener("abort", end);
  });
}

function refusal(status: number, waitSeconds: number | undefined, when = ""): StreamingError {
  const remedies: Readonly<Record<number, string>> = {
    401: "The visitor is not signed in, or no longer.",
    403: "The visitor, or this page's origin, may not have tokens.",
    404: "Check the endpoint's URL.",
    405: "Check the endpoint's method.",
    429: "Too many requests; wait before the next.",
  };
  const refused = status === 401 || status === 403;
  const remedy = remedies[status] ?? "See the endpoint's log.";
  const answered = `The token endpoint ${when}${when && " "}answered HTTP ${status}`;
  const wait = waitSeconds === undefined ? "" : `, and wants no request for ${Math.ceil(waitSeconds)} s`;
  return new StreamingError(refused ? "unauthorized" : "token-failed", `${answered}${wait}. ${remedy}`, {
    status,
    retryable: status === 429 || status >= 500,
    retryAfterSeconds: waitSeconds,
  });
}
