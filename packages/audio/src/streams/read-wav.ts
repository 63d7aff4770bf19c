import { FrameAligner } from "../pcm/frame-aligner.ts";
import { bytesPerFrame } from "../pcm/pcm-format.ts";
import { WavReader, type WavReaderOptions } from "../wav/wav-reader.ts";
import { type WavStream, wavStream } from "./wav-stream.ts";

/**
 * The bytes of a WAV file in; its PCM bytes out, as they are, in whole frames. `header` tells their format.
 * A truncated file yields what is there, and `summary` says what is missing. Anything else that is wrong with the file
 * fails the stream with an `AudioError`.
 */
export function readWav(options: WavReaderOptions = {}): WavStream<Uint8Array> {
  return wavStream<Uint8Array>(new WavReader(options), (header) => {
    const aligner = new FrameAligner(bytesPerFrame(header));
    return { push: (audio) => aligner.push(audio), flush: () => undefined };
  });
}
