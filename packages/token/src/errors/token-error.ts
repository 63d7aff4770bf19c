/** Why a token was not minted, or a handler cannot work. Codes are stable; messages are for people. */
export type TokenErrorCode =
  /** Options of a wrong type, or missing. Nothing was sent. */
  | "invalid-options"
  /** The service judged the request wrong (400, 422): usually a range. */
  | "invalid-request"
  /** The service refused the API key (401, 403). */
  | "unauthorized"
  /** The service limits this account (429). */
  | "rate-limited"
  /** The service failed (5xx). */
  | "server-error"
  /** The service answered with a status that the protocol does not know, a redirect included. */
  | "unexpected-status"
  /** The service said 200 and sent no token. */
  | "invalid-response"
  /** No connection: name not found, refused, TLS, network. */
  | "network"
  /** No token within `timeout`. */
  | "timeout"
  /** The `signal` option. */
  | "aborted"
  /** Handler only: `authorize` threw, or returned something that is no identity. */
  | "authorize-failed"
  /** Handler only: `authorize` gave no answer within `authorizeTimeout`. */
  | "authorize-timeout"
  /** Handler only: the rate limit could not be looked up. */
  | "rate-limit-failed"
  /** Handler only: no client address where a declared proxy should have put it. */
  | "address-unknown"
  /** Handler only: a per-identity option or the `address` function threw. */
  | "option-failed"
  /** Handler only: a per-identity option gave no answer within `authorizeTimeout`. */
  | "option-timeout";

export interface TokenErrorDetails {
  /** What to do about it, as a sentence. It ends the message, too. */
  readonly remedy: string;
  readonly status?: number | undefined;
  readonly retryable?: boolean | undefined;
  readonly retryAfterSeconds?: number | undefined;
  readonly cause?: unknown;
}

/** Every failure of `@voxpipe/token`. Nothing of it ever holds the API key: message, cause, stack, JSON, inspection. */
export class TokenError extends Error {
  override readonly name = "TokenError";
  readonly code: TokenErrorCode;
  /** HTTP status of the service's answer, where there was one. */
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

  /** An `Error` is `{}` in JSON otherwise, which tells a log nothing. */
  toJSON(): Record<string, unknown> {
    const { name, code, message, status, retryable, retryAfterSeconds } = this;
    return { name, code, message, status, retryable, retryAfterSeconds };
  }
}
