import { Resampler } from "../resampling/resampler.ts";
import type { Samples } from "./bytes.ts";
import { FrameAligner } from "./frame-aligner.ts";
import { assertPcmFormat, bytesPerFrame, type PcmFormat } from "./pcm-format.ts";
import { decodeMono } from "./sample-codec.ts";

/**
 * Decodes PCM bytes of any format, cut anywhere, to mono samples from -1 to 1 at another rate.
 *
 * @example
 * const decoder = new PcmDecoder({ encoding: "mulaw", sampleRate: 8000 }, 16_000);
 * const samples = decoder.push(bytes); // Float32Array at 16 kHz
 * const last = decoder.flush();
 */
export class PcmDecoder {
  /** Sample rate of the output, in Hz. */
  readonly sampleRate: number;
  readonly #format: PcmFormat;
  readonly #aligner: FrameAligner;
  readonly #resampler: Resampler | undefined;

  /**
   * @param sampleRate the output's rate, in Hz; defaults to the format's own.
   * @throws {AudioError} `invalid-option`.
   */
  constructor(format: PcmFormat, sampleRate: number = format.sampleRate) {
    assertPcmFormat(format);
    this.sampleRate = sampleRate;
    this.#format = format;
    this.#aligner = new FrameAligner(bytesPerFrame(format));
    this.#resampler = sampleRate === format.sampleRate ? undefined : new Resampler(format.sampleRate, sampleRate);
  }

  /** Returns the samples that are now complete. They lag behind the input by the resampler's look-ahead. */
  push(bytes: Uint8Array): Samples {
    const { encoding, channels = 1 } = this.#format;
    const mono = decodeMono(this.#aligner.push(bytes), encoding, channels);
    return this.#resampler?.push(mono) ?? mono;
  }

  /** Returns the last samples. Bytes of an incomplete last frame are dropped. */
  flush(): Samples {
    return this.#resampler?.flush() ?? new Float32Array(0);
  }
}
