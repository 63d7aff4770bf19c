/** Why a session, or one call on it, failed. Codes are stable; messages are for people. */
export type StreamingErrorCode =
  /** Options or parameters that cannot be sent. The message lists each with its value and the reason. */
  | "invalid-options"
  /** An API key in a platform that cannot send it in a header (browsers): it would have to be in the page. */
  | "api-key-in-browser"
  /** The runtime lacks Web Streams. */
  | "no-web-streams"
  /** A write that is not bytes. */
  | "invalid-audio"
  /** The token provider threw or returned no token. */
  | "token-failed"
  /** The service rejected the key or token, or the account may not stream. */
  | "unauthorized"
  /** More sessions at once than the account allows. */
  | "too-many-sessions"
  /** No connection: DNS, connection refused, TLS, network. */
  | "connection-failed"
  /** The service answered the handshake with an HTTP status instead of 101. */
  | "handshake-rejected"
  /** No `Begin` within `connectTimeout`. */
  | "connect-timeout"
  /** The connection broke without a closing handshake. */
  | "connection-lost"
  /** The peer stopped answering or reading. */
  | "connection-stalled"
  /** The service ended the session: internal error, cancelled, or an unknown code. */
  | "server-error"
  /** The service rejected a parameter or a message. */
  | "invalid-message"
  /** The service received no message for too long. */
  | "inactivity"
  /** The service rejected the audio: frame duration, rate or size. */
  | "audio-rejected"
  /** The session reached its longest duration. */
  | "session-expired"
  /** `Terminate` was sent, and no `Termination` came within `terminationTimeout`. */
  | "termination-timeout"
  /** The stream that was piped into `audio` failed. */
  | "audio-failed"
  /** Aborted by `abort()` or the `signal` option. */
  | "aborted"
  /** The session had ended before the call. */
  | "session-ended"
  /** `events` is not read, and more than 32 MiB of finals wait. */
  | "reader-too-slow"
  /** `events` or `audio` was used while it was locked by another reader or writer. */
  | "stream-locked"
  /** A bug in voxpipe, or in a platform passed to it. */
  | "internal-error"
  /** More than 256 control messages wait to be sent. */
  | "too-many-pending"
  /** `StreamingClient`: used before `connect`, or connected twice. */
  | "wrong-state";

export interface StreamingErrorDetails {
  readonly closeCode?: number | undefined;
  readonly status?: number | undefined;
  readonly sessionId?: string | undefined;
  readonly retryable?: boolean;
  readonly retryAfterSeconds?: number | undefined;
  readonly cause?: unknown;
}

/**
 * Every failure of voxpipe. Its message gives the cause and the remedy, and never contains a key or a token.
 *
 * @example
 * try {
 *   for await (const event of session.events) show(event);
 * } catch (error) {
 *   if (error instanceof StreamingError && error.code === "unauthorized") signIn();
 * }
 */
export class StreamingError extends Error {
  override readonly name = "StreamingError";
  readonly code: StreamingErrorCode;
  /** WebSocket close code, or the `error_code` of the service's Error message (protocol section 5). */
  readonly closeCode: number | undefined;
  /** HTTP status of a rejected handshake or token request. */
  readonly status: number | undefined;
  /** The service's id of the session, for its support. */
  readonly sessionId: string | undefined;
  /** Whether a new attempt may succeed without a change. */
  readonly retryable: boolean;
  /** How long a server asked to wait (`Retry-After`), in seconds; the next attempt waits for it. */
  readonly retryAfterSeconds: number | undefined;

  constructor(code: StreamingErrorCode, message: string, details: StreamingErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.closeCode = details.closeCode;
    this.status = details.status;
    this.sessionId = details.sessionId;
    this.retryable = details.retryable ?? false;
    this.retryAfterSeconds = details.retryAfterSeconds;
  }
}

/** The same error in other words. Errors that are shown are new ones: their stacks begin with their message. */
export function withMessage(error: StreamingError, message: string, cause: unknown = error.cause): StreamingError {
  return new StreamingError(error.code, message, { ...error, cause });
}
