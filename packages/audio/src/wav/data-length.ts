/** How far an unknown length may be from a power of two: writers subtract their own header, or a page. */
const nearestMiss = 0x1_0000;

/**
 * The length of a `data` chunk, or undefined if its writer did not know it: 0, or close to the largest value of 31 or 32 bits
 * (63 or 64 in RF64). `arecord` writes 0x80000000, SoX 0x7FFFF000, FFmpeg 0xFFFFFFFF; others subtract their header from these.
 */
export function knownLength(length: number): number | undefined {
  const placeholder = [2 ** 31, 2 ** 32].some((limit) => Math.abs(length - limit) <= nearestMiss);
  return length === 0 || placeholder || length > Number.MAX_SAFE_INTEGER ? undefined : length;
}
