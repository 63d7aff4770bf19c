/** Why a token was not minted, or why a handler cannot work. Codes are stable; messages are for people. */
export type TokenErrorCode =
  /** An option is missing or has the wrong type. Nothing was sent. */
  | "invalid-options"
  /** The service rejected the request (400, 422): usually a value out of range. */
  | "invalid-request"
  /** The service rejected the API key (401, 403). */
  | "unauthorized"
  /** The service limits the rate of this account (429). */
  | "rate-limited"
  /** The service failed (5xx). */
  | "server-error"
  /** The service answered with a status that the protocol does not list, such as a redirect. */
  | "unexpected-status"
  /** The service answered 200 without a token. */
  | "invalid-response"
  /** No connection: DNS, connection refused, TLS, network, or a proxy that requires a password. */
  | "network"
  /** No token within `timeout`. */
  | "timeout"
  /** Aborted by the `signal` option. */
  | "aborted"
  /** Handler only: `authorize` threw, or returned something that is not an identity. */
  | "authorize-failed"
  /** Handler only: `authorize` did not answer within `authorizeTimeout`. */
  | "authorize-timeout"
  /** Handler only: the store of the rate limit did not answer. */
  | "rate-limit-failed"
  /** Handler only: the request has no client address where the declared proxy should have put it. */
  | "address-unknown"
  /** Handler only: a per-identity option or the `address` function threw. */
  | "option-failed"
  /** Handler only: a per-identity option did not answer within `authorizeTimeout`. */
  | "option-timeout";

export interface TokenErrorDetails {
  /** What to do about it, as a sentence. The message ends with it. */
  readonly remedy: string;
  readonly status?: number | undefined;
  readonly retryable?: boolean | undefined;
  readonly retryAfterSeconds?: number | undefined;
  readonly cause?: unknown;
}

/** Every failure of `@voxpipe/token`. It never contains the API key: not in its message, cause, stack, JSON or inspection. */
export class TokenError extends Error {
  override readonly name = "TokenError";
  readonly code: TokenErrorCode;
  /** HTTP status of the service's answer, if there was one. */
  readonly status: number | undefined;
  /** Whether the same call may succeed later without a change. */
  readonly retryable: boolean;
  /** How long the service asked to wait (`Retry-After`), in seconds. */
  readonly retryAfterSeconds: number | undefined;
  /** What to do about it. */
  readonly remedy: string;

  constructor(code: TokenErrorCode, message: string, details: TokenErrorDetails) {
    super(`${message} ${details.remedy}`, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.status = details.status;
    this.retryable = details.retryable ?? false;
    this.retryAfterSeconds = details.retryAfterSeconds;
    this.remedy = details.remedy;
  }

  /** Without this an `Error` becomes `{}` in JSON, which is useless in a log. */
  toJSON(): Record<string, unknown> {
    const { name, code, message, status, retryable, retryAfterSeconds } = this;
    return { name, code, message, status, retryable, retryAfterSeconds };
  }
}
