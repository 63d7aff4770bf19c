/** Added to a magnitude before it is cut into segments: 33 in the 14 bits of G.711, times 4 for 16 bits. */
const mulawBias = 132;
/** The largest magnitude that mu-law can represent. */
const mulawClip = 32_635;

/** The mu-law code of silence. */
export const MULAW_SILENCE = 0xff;

/**
 * Encodes one 16-bit sample (-32768 to 32767) as mu-law (ITU-T G.711). A sample on a decision value gets the larger
 * magnitude; zero is `0xff`.
 */
export function mulawFromSample(sample: number): number {
  const sign = sample < 0 ? 0x80 : 0;
  const biased = Math.min(Math.abs(sample), mulawClip) + mulawBias;
  const segment = 24 - Math.clz32(biased);
  const step = (biased >> (segment + 3)) & 0x0f;
  return ~(sign | (segment << 4) | step) & 0xff;
}

/** Decodes one mu-law code (0 to 255) to a 16-bit sample (ITU-T G.711), -32124 to 32124. */
export function sampleFromMulaw(code: number): number {
  const bits = ~code;
  const segment = (bits >> 4) & 0x07;
  const magnitude = ((((bits & 0x0f) << 3) + mulawBias) << segment) - mulawBias;
  return (bits & 0x80) === 0 || magnitude === 0 ? magnitude : -magnitude;
}

/** Decodes one A-law code (0 to 255) to a 16-bit sample (ITU-T G.711), -32256 to 32256. */
export function sampleFromAlaw(code: number): number {
  const bits = code ^ 0x55;
  const segment = (bits >> 4) & 0x07;
  const step = ((bits & 0x0f) << 4) + 8;
  const magnitude = segment === 0 ? step : (step + 0x100) << (segment - 1);
  return (bits & 0x80) === 0 ? -magnitude : magnitude;
}
