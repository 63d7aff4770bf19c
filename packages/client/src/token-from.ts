import { StreamingError, type TokenRequest } from "@voxpipe/core";

export interface TokenFromOptions {
  /** Added to the request: headers that identify the visitor, `credentials`, … The method is POST unless given. */
  readonly init?: Omit<RequestInit, "signal">;
  /** Defaults to the platform's. */
  readonly fetch?: typeof globalThis.fetch;
}

/**
 * A provider for `token` that asks your own server, such as a `createTokenHandler` of `@voxpipe/token`: one POST for each
 * connection attempt, given up when the attempt is, so that a session has at most one under way.
 *
 * The answer must be JSON with a `token`. Anything else fails with `token-failed` (or `unauthorized` for 401 and 403) and
 * the HTTP status; 429 and 5xx are retried like lost connections.
 *
 * @param endpoint Where to ask; a `Request` brings its own method, headers and body.
 */
export function tokenFrom(
  endpoint: string | URL | Request,
  options: TokenFromOptions = {},
): (request: TokenRequest) => Promise<string> {
  return async ({ signal }) => {
    const target = endpoint instanceof Request ? endpoint.clone() : endpoint;
    const method = endpoint instanceof Request ? endpoint.method : "POST";
    const { fetch = globalThis.fetch, init } = options;
    const response = await fetch(target, { method, cache: "no-store", ...init, signal });
    if (!response.ok) throw refusal(response.status);
    return readToken(await response.text());
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

function refusal(status: number): StreamingError {
  const remedies: Readonly<Record<number, string>> = {
    401: "The visitor is not signed in, or no longer.",
    403: "The visitor, or this page's origin, may not have tokens.",
    404: "Check the endpoint's URL.",
    405: "Check the endpoint's method.",
    429: "Too many requests; wait before the next.",
  };
  const refused = status === 401 || status === 403;
  const remedy = remedies[status] ?? "See the endpoint's log.";
  return new StreamingError(
    refused ? "unauthorized" : "token-failed",
    `The token endpoint answered HTTP ${status}. ${remedy}`,
    {
      status,
      retryable: status === 429 || status >= 500,
    },
  );
}
