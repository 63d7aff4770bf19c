import { PcmDecoder } from "@voxpipe/audio";
import { aacInput, oggOpusInput, opusInput } from "./compressed-input.ts";
import type { Parameters } from "./parameters.ts";

/** The rate that engines hear, in Hz. */
export const engineRate = 16_000;

/** One session's audio on its way from the wire's bytes to an engine's samples. */
export interface AudioInput {
  /** A message's duration in ms by the declared rate and encoding; absent where only decoding tells. */
  durationOf?(bytes: Uint8Array): number;
  /** The samples that are now complete: 16 kHz mono. s16le at 16 kHz comes out as it is, each value over 32768. */
  decode(bytes: Uint8Array): Float32Array | Promise<Float32Array>;
  /** What the decoder still held. */
  flush(): Float32Array | Promise<Float32Array>;
  close(): void;
}

/** The way from a session's encoding and rate to the engine. */
export async function openAudioInput({ encoding, sample_rate: rate }: Parameters): Promise<AudioInput> {
  switch (encoding) {
    case "pcm_s16le":
      return pcmInput("s16le", 2, rate ?? engineRate);
    case "pcm_mulaw":
      return pcmInput("mulaw", 1, rate ?? engineRate);
    case "opus":
      return opusInput();
    case "ogg_opus":
      return oggOpusInput();
    case "aac":
      return aacInput();
  }
}

function pcmInput(encoding: "s16le" | "mulaw", bytesPerSample: number, sampleRate: number): AudioInput {
  const decoder = new PcmDecoder({ encoding, sampleRate }, engineRate);
  return {
    durationOf: (bytes) => (bytes.length * 1_000) / (bytesPerSample * sampleRate),
    decode: (bytes) => decoder.push(bytes),
    flush: () => decoder.flush(),
    close() {},
  };
}
