import type { Bytes } from "../pcm/bytes.ts";
import { PcmDecoder } from "../pcm/pcm-decoder.ts";
import type { PcmFormat } from "../pcm/pcm-format.ts";
import { encodePcm16 } from "../pcm/sample-codec.ts";
import type { AudioBytes } from "./audio-bytes.ts";
import { byteTransform } from "./byte-transform.ts";

export interface ToPcm16Options {
  /**
   * Sample rate of the output, in Hz.
   * @default the source's own
   */
  readonly sampleRate?: number;
}

/**
 * Converts PCM bytes of any format to mono s16le, at another rate if you want.
 *
 * @throws {AudioError} `invalid-option`
 * @example
 * source.pipeThrough(toPcm16({ encoding: "f32le", channels: 2, sampleRate: 48_000 }, { sampleRate: 16_000 }));
 */
export function toPcm16(format: PcmFormat, options: ToPcm16Options = {}): TransformStream<AudioBytes, Bytes> {
  const decoder = new PcmDecoder(format, options.sampleRate);
  return byteTransform({
    push: (bytes) => encodePcm16(decoder.push(bytes)),
    flush: () => encodePcm16(decoder.flush()),
  });
}
