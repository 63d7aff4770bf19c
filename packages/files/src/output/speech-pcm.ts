import { type Bytes, downmix, encodePcm16, Resampler } from "@voxpipe/audio";

/** Decoded audio: a part of each channel, of the same length. */
export interface DecodedAudio {
  readonly channels: readonly Float32Array[];
  /** Hz. */
  readonly sampleRate: number;
}

/** The lowest rate that the service takes, and the highest that adds anything to speech. */
export function speechRate(sampleRate: number): number {
  return Math.max(8000, Math.min(16_000, sampleRate));
}

/** Mono s16le of decoded audio, at its rate or the one that is wanted. */
export interface SpeechPcm {
  readonly sampleRate: number;
  readonly chunks: AsyncGenerator<Bytes, void>;
}

/**
 * Decodes the first part, which says the rate. Undefined: nothing was decoded.
 *
 * @param wantedRate By default the audio's own, between 8000 and 16 000 Hz.
 */
export async function openSpeechPcm(
  decoded: AsyncGenerator<DecodedAudio, void>,
  wantedRate: number | undefined,
): Promise<SpeechPcm | undefined> {
  const first = await decoded.next();
  if (first.done) return undefined;
  const sampleRate = wantedRate ?? speechRate(first.value.sampleRate);
  return { sampleRate, chunks: convert(first.value, decoded, sampleRate) };
}

async function* convert(
  first: DecodedAudio,
  rest: AsyncGenerator<DecodedAudio, void>,
  outputRate: number,
): AsyncGenerator<Bytes, void> {
  let inputRate = first.sampleRate;
  let resampler = resamplerOf(inputRate, outputRate);
  const pushed = ({ channels, sampleRate }: DecodedAudio) => {
    const parts: Float32Array[] = [];
    if (sampleRate !== inputRate) {
      if (resampler) parts.push(resampler.flush());
      inputRate = sampleRate;
      resampler = resamplerOf(inputRate, outputRate);
    }
    const mono = new Float32Array(channels[0]?.length ?? 0);
    downmix(channels, mono);
    parts.push(resampler ? resampler.push(mono) : mono);
    return parts;
  };
  try {
    for (const part of pushed(first)) if (part.length > 0) yield encodePcm16(part);
    for await (const next of rest) for (const part of pushed(next)) if (part.length > 0) yield encodePcm16(part);
    const last = resampler?.flush();
    if (last && last.length > 0) yield encodePcm16(last);
  } finally {
    await rest.return();
  }
}

function resamplerOf(from: number, to: number): Resampler | undefined {
  return from === to ? undefined : new Resampler(from, to);
}
