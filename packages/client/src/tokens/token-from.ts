import { StreamingError, type TokenGrant, type TokenRequest } from "@voxpipe/core";
import { retryAfterSeconds } from "../sockets/retry-after.ts";
import { readLimited } from "./read-limited.ts";

export interface TokenFromOptions {
  /**
   * Options of the request: headers that identify the visitor, `credentials`, … The default method is POST. Redirects are
   * followed only with `redirect: "follow"`: the new address gets those headers too.
   */
  readonly init?: Omit<RequestInit, "signal">;
  /**
   * A replacement for the platform's `fetch`.
   * @default globalThis.fetch
   */
  readonly fetch?: typeof globalThis.fetch;
  /**
   * The limit for one answer, in ms. A shorter `connectTimeout` of the session applies first.
   * @default 30_000
   */
  readonly timeout?: number;
}

/** The longest `Retry-After` that is obeyed, in ms. */
const longestQuiet = 60_000;

/** Tokens can have thousands of characters; a longer answer, in bytes, is not a token. */
const longestAnswer = 64 * 1024;

/**
 * A provider for `token` that requests tokens from your server, such as a `createTokenHandler` of `@voxpipe/token`: one POST for
 * each connection attempt, aborted with the attempt, so that a session has at most one pending request (unless your own `fetch`
 * ignores its `signal`).
 *
 * The answer must be JSON with a `token`, of at most 64 KiB. If it also has an `apiHost` (a `wss://` URL), sessions connect
 * there unless their own options name a host. Anything else fails with `token-failed` (or `unauthorized` for 401 and 403) and
 * the HTTP status; 429 and 5xx are retried like lost connections. After a `Retry-After`, the provider sends no request before that
 * time, up to a minute: an earlier call rejects at once, and sessions wait that long (`retryAfterSeconds` of the error). From
 * another origin, the header is readable only if `Access-Control-Expose-Headers` lists it, as `createTokenHandler` does.
 *
 * @param endpoint the URL; a `Request` has its own method, headers and body.
 * @example
 * const session = connect({ token: tokenFrom("/api/token"), sampleRate: 16_000 });
 */
export function tokenFrom(
  endpoint: string | URL | Request,
  options: TokenFromOptions = {},
): (request: TokenRequest) => Promise<string | TokenGrant> {
  let busy = 0;
  let quietUntil = 0;

  return async ({ signal }) => {
    const wait = quietUntil - performance.now();
    // Timers may be a millisecond early.
    if (wait > 1) throw refusal(busy, wait / 1000);
    return withDeadline(options.timeout ?? 30_000, signal, async (deadline) => {
      const response = await ask(endpoint, options, deadline);
      if (response.ok) return readToken(response, deadline);
      response.body?.cancel().catch(() => {});
      const { status } = response;
      if (response.type === "opaqueredirect" || (status >= 300 && status < 400)) throw redirected(status);
      const seconds =
        status === 429 || status === 503 ? retryAfterSeconds(response.headers.get("retry-after")) : undefined;
      if (seconds !== undefined) {
        busy = status;
        quietUntil = performance.now() + Math.min(seconds * 1000, longestQuiet);
      }
      throw refusal(status, seconds);
    });
  };
}

function ask(
  endpoint: string | URL | Request,
  { fetch = globalThis.fetch, init }: TokenFromOptions,
  signal: AbortSignal,
): Promise<Response> {
  const request = endpoint instanceof Request ? endpoint.clone() : undefined;
  return fetch(request ?? endpoint, {
    method: request?.method ?? "POST",
    // workerd before the compatibility date 2024-11-11 throws for this option; it lacks this property then.
    ...("cache" in Request.prototype && { cache: "no-store" as const }),
    redirect: "manual",
    ...init,
    signal,
  });
}

/** Settles as `work` does, or rejects when the time is over or `outer` aborts, even if `work` ignores its signal. */
async function withDeadline<T>(ms: number, outer: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const onAbort = () => controller.abort(outer.reason);
  const timer = setTimeout(() => controller.abort(late(ms)), ms);
  outer.addEventListener("abort", onAbort);
  try {
    if (outer.aborted) onAbort();
    const ended = new Promise<never>((_, reject) => {
      const fail = () => reject(controller.signal.reason);
      if (controller.signal.aborted) fail();
      controller.signal.addEventListener("abort", fail);
    });
    return await Promise.race([ended, work(controller.signal)]);
  } finally {
    clearTimeout(timer);
    outer.removeEventListener("abort", onAbort);
  }
}

async function readToken(response: Response, signal: AbortSignal): Promise<string | TokenGrant> {
  const { bytes, whole } = await readLimited(response.body, longestAnswer, signal);
  if (!whole) throw failed(`The token endpoint answered more than ${longestAnswer} bytes. Check its URL.`);
  try {
    const body: unknown = JSON.parse(new TextDecoder().decode(bytes));
    const token: unknown = Reflect.get(Object(body), "token");
    const apiHost: unknown = Reflect.get(Object(body), "apiHost");
    // The session checks the host.
    if (typeof token === "string" && token !== "") return typeof apiHost === "string" ? { token, apiHost } : token;
  } catch {
    // The parser's message may quote the text, which may contain a token.
  }
  throw failed("The token endpoint's answer is not JSON with a token. Check its URL, and that it answers { token }.");
}

function failed(message: string): StreamingError {
  return new StreamingError("token-failed", message);
}

function late(ms: number): StreamingError {
  const message = `The token endpoint did not answer within ${ms} ms. See its log, or raise timeout of tokenFrom.`;
  return new StreamingError("token-failed", message, { retryable: true });
}

/** Browsers hide the status and the target of a redirect. */
function redirected(status: number): StreamingError {
  const what = status === 0 ? "a redirect" : `HTTP ${status}, a redirect`;
  return new StreamingError(
    "token-failed",
    `The token endpoint answered ${what}, which is not followed: the new address would get the visitor's headers. ` +
      "Pass the final URL (see its trailing slash and https), and answer visitors who are not signed in with 401, not with a login page.",
    { status: status === 0 ? undefined : status },
  );
}

function refusal(status: number, seconds: number | undefined): StreamingError {
  const refused = status === 401 || status === 403;
  const code = refused ? "unauthorized" : "token-failed";
  const retryable = status === 429 || status >= 500;
  const wait = seconds === undefined ? "" : ` (retry after ${Math.ceil(seconds)} s)`;
  const remedy = refused
    ? "The visitor, or this page's origin, is not allowed to get tokens."
    : `${retryable ? "See its log" : "Check its URL and method"}.`;
  return new StreamingError(code, `The token endpoint answered HTTP ${status}${wait}. ${remedy}`, {
    status,
    retryable,
    retryAfterSeconds: seconds,
  });
}
