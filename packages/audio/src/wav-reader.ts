import { AudioError } from "./audio-error.ts";
import { bytesPerFrame } from "./pcm-format.ts";
import { truncatedData } from "./wav-errors.ts";
import { type WavHeader, WavHeaderParser } from "./wav-header-parser.ts";

const DEFAULT_MAX_HEADER_BYTES = 16 * 2 ** 20;

/** What turned out to be in a WAV file once it has ended. */
export interface WavSummary {
  /** Bytes of audio that there were. */
  readonly dataBytes: number;
  /** The same in seconds, of whole frames. */
  readonly duration: number;
  /** Bytes of audio that the header promised and that never came. */
  readonly missingBytes: number;
  /** Says so in a sentence (`truncated-wav`), where bytes are missing. */
  readonly truncation: AudioError | undefined;
}

export interface WavReaderOptions {
  /** Where the audio must have begun, in bytes from the start of the file. 16 MiB unless told otherwise. */
  readonly maxHeaderBytes?: number;
}

/**
 * Finds the audio in the bytes of a WAV file (RIFF, RF64, BW64), which may come in pieces of any size.
 *
 * Chunks other than `fmt `, `ds64` and `data` are skipped; memory use is constant. A `data` chunk of length 0,
 * 0xFFFFFFFF, or just below 2 GiB was written by a program that could not go back to correct it: then all that follows
 * is audio. After an error the reader is of no more use.
 */
export class WavReader {
  readonly #parser: WavHeaderParser;
  #dataBytes = 0;

  /** @throws {AudioError} `invalid-option`. */
  constructor({ maxHeaderBytes = DEFAULT_MAX_HEADER_BYTES }: WavReaderOptions = {}) {
    this.#parser = new WavHeaderParser(maxHeaderBytes);
  }

  /** Known from the push on that completed it. */
  get header(): WavHeader | undefined {
    return this.#parser.header;
  }

  /**
   * Takes the file's next bytes; returns those of them that are audio, as a view, not cut at frames.
   * @throws {AudioError} `not-wav`, `unsupported-wav`, `malformed-wav`.
   */
  push(bytes: Uint8Array): Uint8Array {
    const rest = this.#parser.push(bytes);
    const expected = (this.header?.dataBytes ?? Number.POSITIVE_INFINITY) - this.#dataBytes;
    const audio = rest.subarray(0, Math.min(rest.length, expected));
    this.#dataBytes += audio.length;
    return audio;
  }

  /**
   * To be called when the file has ended.
   * @throws {AudioError} `empty-audio` if it holds no audio; `truncated-wav` or `not-wav` if it ended before any.
   */
  finish(): WavSummary {
    const { header } = this;
    if (header === undefined) throw this.#parser.endedHere();
    const frameBytes = bytesPerFrame(header);
    const promised = header.dataBytes ?? this.#dataBytes;
    const missingBytes = promised - this.#dataBytes;
    const truncation =
      missingBytes === 0
        ? undefined
        : truncatedData(missingBytes, promised, missingBytes / frameBytes / header.sampleRate);
    const frames = Math.floor(this.#dataBytes / frameBytes);
    if (frames === 0) {
      throw truncation ?? new AudioError("empty-audio", "The WAV file holds no audio, only a header. Record it anew.");
    }
    return { dataBytes: this.#dataBytes, duration: frames / header.sampleRate, missingBytes, truncation };
  }
}
