import type { Bytes } from "../pcm/bytes.ts";
import type { AudioBytes } from "./audio-bytes.ts";
import { toPcm16 } from "./to-pcm16.ts";

export interface ResampleOptions {
  /** Rate of what comes in, in Hz. */
  readonly from: number;
  /** Rate of what goes out, in Hz. */
  readonly to: number;
}

/** Mono s16le in, mono s16le out at another rate, without aliasing (see `Resampler`). */
export function resample({ from, to }: ResampleOptions): TransformStream<AudioBytes, Bytes> {
  return toPcm16({ encoding: "s16le", sampleRate: from }, { sampleRate: to });
}
