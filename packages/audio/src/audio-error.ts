/**
 * Why audio could not be read or converted.
 *
 * - `not-wav`: the bytes are not a WAV file.
 * - `unsupported-wav`: a WAV file with compressed samples or an unknown layout.
 * - `malformed-wav`: a WAV file that contradicts itself, or whose header never ends.
 * - `truncated-wav`: the file ends too early; an error only if it ends before any audio.
 * - `unread-wav`: what follows the audio is not WAV, or has another format; not an error by itself.
 * - `empty-audio`: there is no audio in it.
 * - `unknown-format`: the bytes are a file of an unknown format (`@voxpipe/files`).
 * - `unsupported-format`: a file whose audio cannot be read, or not from this source (`@voxpipe/files`).
 * - `damaged-file`: a file that contradicts itself, or ends too early (`@voxpipe/files`).
 * - `invalid-option`: an argument that is impossible for audio (a sample rate of 0, half a channel).
 * - `invalid-chunk`: something other than bytes was written to a stream of bytes.
 */
export type AudioErrorCode =
  | "not-wav"
  | "unsupported-wav"
  | "malformed-wav"
  | "truncated-wav"
  | "unread-wav"
  | "empty-audio"
  | "unknown-format"
  | "unsupported-format"
  | "damaged-file"
  | "invalid-option"
  | "invalid-chunk";

/** The only error that this package throws. Its message says what was found, what is wrong with it, and what to do. */
export class AudioError extends Error {
  override readonly name = "AudioError";
  readonly code: AudioErrorCode;

  constructor(code: AudioErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
