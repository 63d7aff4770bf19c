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

/** An error of one of several sources. */
export class ChannelError {
  readonly channel: string;
  readonly cause: unknown;

  constructor(channel: string, cause: unknown) {
    this.channel = channel;
    this.cause = cause;
  }
}

export function failure(error: unknown): TranscriberError {
  const { channel, cause } = error instanceof ChannelError ? error : { channel: undefined, cause: error };
  const isOurs = cause instanceof MicrophoneError || cause instanceof StreamingError;
  const said = cause instanceof Error ? cause.message : String(cause);
  const message = channel === undefined ? said : `${channel}: ${said}`;
  return Object.freeze({ code: isOurs ? cause.code : "source-failed", message, channel, cause });
}
