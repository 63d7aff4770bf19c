import { FrameAligner } from "../pcm/frame-aligner.ts";
import { bytesPerFrame } from "../pcm/pcm-format.ts";
import { WavReader, type WavReaderOptions } from "../wav/wav-reader.ts";
import { type WavStream, wavStream } from "./wav-stream.ts";

/**
 * Takes the bytes of a WAV file and returns its PCM bytes unchanged, in whole frames. `header` gives their format. A
 * truncated file yields the audio it has, and `summary` says what is missing. Any other fault of the file fails the stream
 * with an `AudioError`.
 */
export function readWav(options: WavReaderOptions = {}): WavStream<Uint8Array> {
  return wavStream<Uint8Array>(new WavReader(options), (header) => {
    const aligner = new FrameAligner(bytesPerFrame(header));
    return { push: (audio) => aligner.push(audio), flush: () => undefined };
  });
}
