import type { Bytes } from "../pcm/bytes.ts";
import { PcmDecoder } from "../pcm/pcm-decoder.ts";
import { assertSampleRate } from "../pcm/pcm-format.ts";
import { encodePcm16 } from "../pcm/sample-codec.ts";
import type { WavHeader } from "../wav/wav-header-parser.ts";
import { WavReader, type WavReaderOptions } from "../wav/wav-reader.ts";
import { type WavStream, wavStream } from "./wav-stream.ts";

export interface WavToPcm16Options extends WavReaderOptions {
  /**
   * Sample rate of the output, in Hz, or a function that chooses it when the header is known.
   * @default the file's own
   */
  readonly sampleRate?: number | ((header: WavHeader) => number);
}

/**
 * Takes the bytes of a WAV file of any format and returns mono s16le. Fails as `readWav` does.
 *
 * @example
 * const wav = file.stream().pipeThrough(wavToPcm16({ sampleRate: 16_000 }));
 */
export function wavToPcm16(options: WavToPcm16Options = {}): WavStream<Bytes> {
  const { sampleRate } = options;
  if (typeof sampleRate === "number") assertSampleRate("sampleRate", sampleRate);
  return wavStream<Bytes>(new WavReader(options), (header) => {
    const decoder = new PcmDecoder(header, typeof sampleRate === "function" ? sampleRate(header) : sampleRate);
    return {
      push: (audio) => encodePcm16(decoder.push(audio)),
      flush: () => encodePcm16(decoder.flush()),
    };
  });
}
