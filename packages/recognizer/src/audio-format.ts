/** Samples a second, everywhere in this package. */
export const SAMPLE_RATE = 16_000;

/** Samples that the voice detector judges at a time: 32 ms. */
export const WINDOW = 512;

/** Milliseconds to samples. */
export const samplesIn = (ms: number): number => (ms * SAMPLE_RATE) / 1000;

/** Samples to whole milliseconds. */
export const msOf = (samples: number): number => Math.round((samples * 1000) / SAMPLE_RATE);
