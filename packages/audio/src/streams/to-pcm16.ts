import type { Bytes } from "../pcm/bytes.ts";
import { PcmDecoder } from "../pcm/pcm-decoder.ts";
import type { PcmFormat } from "../pcm/pcm-format.ts";
import { encodePcm16 } from "../pcm/sample-codec.ts";
import type { AudioBytes } from "./audio-bytes.ts";
import { byteTransform } from "./byte-transform.ts";

export interface ToPcm16Options {
  /** The rate wanted, in Hz; the source's own if left out. */
  readonly sampleRate?: number;
}

/** PCM bytes of any format in; mono s16le out, at the rate that is wanted. @throws {AudioError} `invalid-option`. */
export function toPcm16(format: PcmFormat, options: ToPcm16Options = {}): TransformStream<AudioBytes, Bytes> {
  const decoder = new PcmDecoder(format, options.sampleRate);
  return byteTransform({
    push: (bytes) => encodePcm16(decoder.push(bytes)),
    flush: () => encodePcm16(decoder.flush()),
  });
}
