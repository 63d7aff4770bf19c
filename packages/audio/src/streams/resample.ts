import type { Bytes } from "../pcm/bytes.ts";
import type { AudioBytes } from "./audio-bytes.ts";
import { toPcm16 } from "./to-pcm16.ts";

export interface ResampleOptions {
  /** Sample rate of the input, in Hz. */
  readonly from: number;
  /** Sample rate of the output, in Hz. */
  readonly to: number;
}

/**
 * Converts mono s16le to another rate, without aliasing (see `Resampler`).
 *
 * @throws {AudioError} `invalid-option`
 * @example
 * source.pipeThrough(resample({ from: 44_100, to: 16_000 }));
 */
export function resample({ from, to }: ResampleOptions): TransformStream<AudioBytes, Bytes> {
  return toPcm16({ encoding: "s16le", sampleRate: from }, { sampleRate: to });
}
