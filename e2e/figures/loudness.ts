/** The mean amplitude of each millisecond. */
export function loudness(samples: Float32Array, rate: number): number[] {
  const count = Math.floor((1000 * samples.length) / rate);
  return Array.from({ length: count }, (_, ms) => {
    const block = samples.subarray(Math.floor((ms * rate) / 1000), Math.floor(((ms + 1) * rate) / 1000));
    return block.reduce((sum, sample) => sum + Math.abs(sample), 0) / block.length;
  });
}

/** By how many ms `heard` is late, 0 to 3000, or -1000: where the two are most alike over their first 8 s. */
export function lag(source: readonly number[], heard: readonly number[]): number {
  let best = { at: 0, likeness: Number.NEGATIVE_INFINITY };
  for (let at = -1_000; at < 3_000; at++) {
    let product = 0;
    let power = 0;
    for (let ms = 1_000; ms < 9_000; ms++) {
      const other = heard[ms + at] ?? 0;
      product += (source[ms] ?? 0) * other;
      power += other * other;
    }
    const likeness = product / Math.sqrt(power || 1);
    if (likeness > best.likeness) best = { at, likeness };
  }
  return best.at;
}
