import { attempt } from "../errors/attempt.ts";
import type { Secrets } from "../errors/redact.ts";
import { StreamingError } from "../errors/streaming-error.ts";
import type { Settings, TokenRequest } from "../options/options.ts";
import { readGrant, type TokenGrant } from "./token-grant.ts";

/**
 * The token of one connection attempt, with its host. A fetched one is added to `secrets`.
 *
 * @throws StreamingError `token-failed`, or what the provider threw if that is a StreamingError.
 */
export async function fetchToken(
  token: NonNullable<Settings["token"]>,
  request: TokenRequest,
  secrets: Secrets,
): Promise<TokenGrant> {
  if (typeof token === "string") return { token };
  try {
    const grant = readGrant(await token(request));
    secrets.add(grant.token);
    return grant;
  } catch (error) {
    if (isReadable(error)) throw secrets.redactError(error);
    const cause = secrets.redactCause(error);
    throw new StreamingError(
      "token-failed",
      `No token: ${cause?.message}. Check the token provider and the server behind it.`,
      { retryable: true, cause },
    );
  }
}

/** A proxy or a getter in an error that a caller's function threw may throw itself. */
function isReadable(error: unknown): error is StreamingError {
  return (
    attempt(
      () =>
        error instanceof StreamingError &&
        [error.code, error.message, error.stack, error.retryable, error.retryAfterSeconds, error.cause].length > 0,
    ) ?? false
  );
}
