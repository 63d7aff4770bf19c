import { PcmDecoder } from "@voxpipe/audio";
import type { Parameters } from "../session/parameters.ts";
import { type AudioInput, engineRate } from "./audio-input.ts";
import { aacInput, oggOpusInput, opusInput } from "./compressed-input.ts";

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
