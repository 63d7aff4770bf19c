/** Why a microphone could not be opened, or stopped providing audio. Codes are stable; messages are for people. */
export type MicrophoneErrorCode =
  /** An option has an invalid value. */
  | "invalid-options"
  /** Denied by the visitor, the browser's settings, the system or the page's policy. */
  | "permission-denied"
  /** The permission prompt was dismissed; you may ask again. */
  | "permission-dismissed"
  /** There is no microphone, or not the requested one. */
  | "no-device"
  /** The system would not provide it, or took it away: usually because another program uses it. */
  | "device-in-use"
  /** It was unplugged or withdrawn while in use, and no other one could replace it. */
  | "device-lost"
  /** The page is not secure (plain HTTP). */
  | "insecure-context"
  /** The browser lacks capture or AudioWorklet. */
  | "unsupported"
  /** The page's Content-Security-Policy forbids the worklet. */
  | "worklet-blocked"
  /** The worklet's file did not load, or is a different file. */
  | "worklet-failed"
  /** The browser does not start audio before the visitor clicks or types. */
  | "not-started"
  /** What the visitor shared has no sound. */
  | "no-tab-audio"
  /** The tab has given no sound for 10 s. */
  | "silent"
  /** The visitor ended the share, or the tab is gone. */
  | "share-ended"
  /** Aborted by the `signal` option. */
  | "aborted"
  /** The microphone was stopped before the call. */
  | "stopped";

/**
 * Every failure of this package. Its message says what happened and what to do about it.
 *
 * @example
 * try {
 *   await openMicrophone();
 * } catch (error) {
 *   if (error instanceof MicrophoneError && error.code === "permission-denied") show(error.message);
 * }
 */
export class MicrophoneError extends Error {
  override readonly name = "MicrophoneError";
  readonly code: MicrophoneErrorCode;

  constructor(code: MicrophoneErrorCode, message: string, options?: ErrorOptions) {
    super(message, options?.cause === undefined ? undefined : options);
    this.code = code;
  }
}
