/** Protocol section 2. The PCM encodings have a fixed number of bytes a second; the others carry packets. */
export type AudioEncoding = "pcm_s16le" | "pcm_mulaw" | "opus" | "ogg_opus" | "aac";

/** Of one message, in bytes: the service closes a connection that sends more (protocol section 3). */
export const largestMessage = 128 * 1024;

export interface PcmFormat {
  readonly sampleRate: number;
  readonly bytesPerSample: number;
  /** The byte that is silence. */
  readonly silence: number;
}

/** Undefined for the encodings that are not PCM. */
export function pcmFormat(encoding: AudioEncoding, sampleRate: number): PcmFormat | undefined {
  if (encoding === "pcm_s16le") return { sampleRate, bytesPerSample: 2, silence: 0 };
  if (encoding === "pcm_mulaw") return { sampleRate, bytesPerSample: 1, silence: 0xff };
  return undefined;
}

/** Bytes a second; for packets, a generous guess, since it only sizes buffers. */
export function byteRate(encoding: AudioEncoding, sampleRate: number): number {
  const pcm = pcmFormat(encoding, sampleRate);
  return pcm ? pcm.sampleRate * pcm.bytesPerSample : 16_000;
}
