/**
 * Why a media stream failed.
 *
 * - `invalid-options`: an argument that cannot be used.
 * - `invalid-start`: the first message is not the provider's, or lacks what is needed.
 * - `no-start`: the socket closed, or 10 s passed, without a start message.
 * - `unsupported-encoding`: audio in an encoding that has no stream here.
 * - `invalid-messages`: more than 100 messages that are not the provider's.
 * - `provider-error`: the provider reported an error.
 */
export type TelephonyErrorCode =
  | "invalid-options"
  | "invalid-start"
  | "no-start"
  | "unsupported-encoding"
  | "invalid-messages"
  | "provider-error";

/** The only error that this package throws. Its message says what was found and what to do. */
export class TelephonyError extends Error {
  override readonly name = "TelephonyError";
  readonly code: TelephonyErrorCode;

  constructor(code: TelephonyErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
