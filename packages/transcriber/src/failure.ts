import { MicrophoneError, type MicrophoneErrorCode } from "@voxpipe/microphone";
import { StreamingError, type StreamingErrorCode } from "voxpipe";

/** Why a transcriber failed, or could not change its microphone. `message` is a sentence for people, with the remedy. */
export interface TranscriberError {
  /**
   * A code of `@voxpipe/microphone` or of `voxpipe`; or `source-failed`, if the source of yours failed with another error.
   * The two packages share `invalid-options` and `aborted`: `cause` says whose it is.
   */
  readonly code: MicrophoneErrorCode | StreamingErrorCode | "source-failed";
  readonly message: string;
  /** The name of the one of `sources` that failed; undefined if it was all of them, or there is one source. */
  readonly channel: string | undefined;
  /** The error itself. */
  readonly cause: unknown;
}

/** Of one of several sources, with its name. */
export class ChannelError {
  readonly failure: TranscriberError;

  /** @param channel undefined: of the only source */
  constructor(cause: unknown, channel: string | undefined) {
    this.failure = failure(cause, channel);
  }
}

export function failure(cause: unknown, channel?: string): TranscriberError {
  if (cause instanceof ChannelError) return cause.failure;
  const isOurs = cause instanceof MicrophoneError || cause instanceof StreamingError;
  const message = cause instanceof Error ? cause.message : String(cause);
  return Object.freeze({
    code: isOurs ? cause.code : "source-failed",
    message: channel ? `${channel}: ${message}` : message,
    channel,
    cause,
  });
}
