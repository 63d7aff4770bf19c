/** Why a microphone could not be opened, or stopped giving audio. Codes are stable; messages are for people. */
export type MicrophoneErrorCode =
  /** An option that no microphone could have. */
  | "invalid-options"
  /** The visitor, the browser's settings, the system or the page's policy refused. */
  | "permission-denied"
  /** The question was closed without an answer; it may be asked again. */
  | "permission-dismissed"
  /** No microphone, or not the one that was asked for. */
  | "no-device"
  /** The system would not hand it out, or took it away: mostly because another program holds it. */
  | "device-in-use"
  /** It was unplugged or withdrawn while in use, and no other could take its place. */
  | "device-lost"
  /** The page came over plain HTTP. */
  | "insecure-context"
  /** The browser lacks capture or AudioWorklet. */
  | "unsupported"
  /** The page's Content-Security-Policy forbids the worklet. */
  | "worklet-blocked"
  /** The worklet's file did not load, or is another. */
  | "worklet-failed"
  /** The browser starts no audio before the visitor has clicked or typed. */
  | "not-started"
  /** What the visitor shared has no sound. */
  | "no-tab-audio"
  /** The tab has given no sound for 10 s. */
  | "silent"
  /** The visitor ended the share, or the tab is gone. */
  | "share-ended"
  /** The `signal` option. */
  | "aborted"
  /** The microphone was stopped; the call came too late. */
  | "stopped";

/** Every failure of this package. Its message says what happened and what to do about it. */
export class MicrophoneError extends Error {
  override readonly name = "MicrophoneError";
  readonly code: MicrophoneErrorCode;

  constructor(code: MicrophoneErrorCode, message: string, options?: ErrorOptions) {
    super(message, options?.cause === undefined ? undefined : options);
    this.code = code;
  }
}
