/** Why something was not relayed. Codes are stable; messages are for people. */
export type RelayErrorCode =
  /** Options of a wrong type, or missing. */
  | "invalid-options"
  /** A room's name that is empty, too long or not well-formed text. */
  | "invalid-room"
  /** Another publisher has taken over the room. */
  | "superseded"
  /** Redis does not answer, or refuses to write. */
  | "store-unavailable"
  /** The process holds as many rooms as `limits` allows. */
  | "too-many-rooms"
  /** `close()` was called. */
  | "closed"
  /** An event cannot be written as JSON. It was left out; what follows is relayed. */
  | "invalid-event"
  /** An event is longer than readers are sent. It was left out; what follows is relayed. */
  | "event-too-large"
  /** A reader took nothing for `stallTimeout`, and was disconnected. */
  | "reader-stalled"
  /** `authorize`, or the function `room`, threw or returned something that is no identity. */
  | "authorize-failed"
  /** `authorize` gave no answer within `authorizeTimeout`. */
  | "authorize-timeout"
  /** `subscribe`: the server refused the reader. */
  | "refused"
  /** `subscribe`: what answered is not a relay. */
  | "invalid-response";

export interface RelayErrorDetails {
  /** What to do about it, as a sentence. It ends the message, too. */
  readonly remedy: string;
  readonly status?: number | undefined;
  readonly retryable?: boolean | undefined;
  readonly cause?: unknown;
}

/** Every failure of `@voxpipe/relay`. */
export class RelayError extends Error {
  override readonly name = "RelayError";
  readonly code: RelayErrorCode;
  /** HTTP status of the server's answer, if there was one. */
  readonly status: number | undefined;
  /** Whether the same call may succeed later without a change. */
  readonly retryable: boolean;
  /** What to do about it. */
  readonly remedy: string;

  constructor(code: RelayErrorCode, message: string, details: RelayErrorDetails) {
    super(`${message} ${details.remedy}`, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.status = details.status;
    this.retryable = details.retryable ?? false;
    this.remedy = details.remedy;
  }

  /** An `Error` is `{}` in JSON otherwise. */
  toJSON(): Record<string, unknown> {
    const { name, code, message, status, retryable } = this;
    return { name, code, message, status, retryable };
  }
}
