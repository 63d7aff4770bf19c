import { AudioError, type Bytes, encodePcm16, PcmDecoder, type PcmFormat, WavReader } from "@voxpipe/audio";

/** What a fake microphone plays. */
export type FakeAudio =
  | {
      /** Mono PCM: s16le bytes, 16-bit samples, or samples from −1 to 1. */
      readonly audio: Uint8Array | Int16Array | Float32Array;
      /**
       * Sample rate of `audio`, in Hz.
       * @default 16000
       */
      readonly audioRate?: number | undefined;
    }
  /** A WAV file of any format. */
  | { readonly wav: Uint8Array | ArrayBuffer };

/**
 * The audio to play, as mono s16le at `rate` Hz.
 * @throws AudioError if the WAV file cannot be read, or `audio` is not audio.
 */
export function fakePcm(source: FakeAudio, rate: number): Bytes {
  if ("wav" in source) {
    const bytes = source.wav instanceof Uint8Array ? source.wav : new Uint8Array(source.wav);
    const reader = new WavReader();
    const pcm = [reader.push(bytes), reader.flush()];
    reader.finish();
    if (!reader.header) throw new AudioError("truncated-wav", "The WAV file has no header. Pass a complete file.");
    return convert(pcm, reader.header, rate);
  }
  const { audio, audioRate: sampleRate = 16_000 } = source;
  if (audio instanceof Float32Array) return convert([bytesOf(audio)], { encoding: "f32le", sampleRate }, rate);
  return convert([bytesOf(audio)], { encoding: "s16le", sampleRate }, rate);
}

function convert(pcm: readonly Uint8Array[], format: PcmFormat, rate: number): Bytes {
  const decoder = new PcmDecoder(format, rate);
  const parts = [...pcm.map((bytes) => decoder.push(bytes)), decoder.flush()].map((samples) => encodePcm16(samples));
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
