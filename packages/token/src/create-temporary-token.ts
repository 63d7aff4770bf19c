import { type Deadline, pause, startDeadline, unlessAborted } from "./async/deadline.ts";
import { safeCause } from "./errors/safe-cause.ts";
import { TokenError } from "./errors/token-error.ts";
import { retryPause } from "./request/retry.ts";
import {
  type CheckedTokenOptions,
  checkTokenOptions,
  type FetchInit,
  type TemporaryTokenOptions,
} from "./request/token-options.ts";
import { readTokenResponse, type TemporaryToken } from "./request/token-response.ts";
import { tokenUrl } from "./request/token-url.ts";

/**
 * Mints a temporary streaming token (protocol section 7). For servers only: the API key must not reach a browser.
 * Mint a new token for every connection attempt; the service may accept each token only once.
 *
 * Checks types; the service checks ranges (`expiresInSeconds: 0` is sent). Retries 429, 5xx and network failures while the
 * next pause (`Retry-After` included) fits into `timeout`.
 *
 * @throws {TokenError} The promise rejects with nothing else.
 * @example
 * const { token } = await createTemporaryToken({ apiKey, expiresInSeconds: 60, maxSessionDurationSeconds: 600 });
 */
export async function createTemporaryToken(options: TemporaryTokenOptions): Promise<TemporaryToken> {
  const checked = checkTokenOptions(options);
  const url = tokenUrl(checked);
  const deadline = startDeadline(checked.timeout, checked.signal);
  try {
    for (let failures = 1; ; failures++) {
      try {
        return await requestToken(url, checked, deadline.signal);
      } catch (error) {
        const failure = explain(error, url, checked, deadline);
        const wait = retryPause({
          failures,
          base: checked.retryDelay,
          retryAfterSeconds: failure.retryAfterSeconds,
          random: Math.random(),
        });
        const again = failure.retryable && failures <= checked.maxRetries && wait < deadline.remaining();
        if (!again || deadline.ended() !== undefined) throw failure;
        await pause(wait, deadline.signal).catch((reason) => {
          throw explain(reason, url, checked, deadline);
        });
      }
    }
  } finally {
    deadline.cleanup();
  }
}

async function requestToken(url: URL, options: CheckedTokenOptions, signal: AbortSignal): Promise<TemporaryToken> {
  // Called through the global object: some platforms refuse a detached `fetch`.
  const send = options.fetch ?? ((address: string, init: FetchInit) => globalThis.fetch(address, init));
  const request = async () => {
    signal.throwIfAborted();
    const response = await send(url.href, {
      method: "GET",
      headers: { Authorization: options.apiKey, Accept: "application/json" },
      redirect: "manual",
      signal,
    });
    return readTokenResponse(response, options.apiKey, url.origin, signal);
  };
  return unlessAborted(request(), signal);
}

/** The `TokenError` for a failed request. */
function explain(error: unknown, url: URL, { apiKey, timeout, signal }: CheckedTokenOptions, deadline: Deadline) {
  const ended = deadline.ended();
  if (ended === "aborted") {
    return new TokenError("aborted", `The token request to ${url.origin} was aborted by the signal option.`, {
      remedy: "Call again if you still need the token.",
      cause: safeCause(signal?.reason, apiKey),
    });
  }
  if (ended === "timeout") {
    return new TokenError("timeout", `${url.origin} returned no token within ${timeout} ms.`, {
      remedy: "Check the network and apiHost, or raise timeout.",
      retryable: true,
    });
  }
  if (error instanceof TokenError) return error;
  const cause = safeCause(error, apiKey);
  return new TokenError("network", `${url.origin} could not be reached (${cause.message}).`, {
    ...adviceOn(cause.message),
    cause,
  });
}

/** What helps against a failure of the network, by what it says: runtimes and proxies have no common codes. */
function adviceOn(reason: string): { readonly remedy: string; readonly retryable: boolean } {
  if (/\b407\b|authentication failed/i.test(reason))
    return { remedy: "The proxy requires another user name or password: see its URL.", retryable: false };
  if (/certificate|_CERT|CERT_|UnknownIssuer/i.test(reason))
    return {
      remedy:
        "If a proxy of your network replaces certificates, set NODE_EXTRA_CA_CERTS to the file of its CA certificate when the server starts.",
      retryable: true,
    };
  return {
    remedy: "Check the network, DNS, and apiHost. If the network requires a proxy, pass a fetch that uses it.",
    retryable: true,
  };
}
