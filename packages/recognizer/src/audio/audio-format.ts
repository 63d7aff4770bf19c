/** Samples per second, everywhere in this package. */
export const sampleRate = 16_000;

/** Samples in a window of the voice detector: 32 ms. */
export const windowSamples = 512;

/** Milliseconds to samples. */
export const samplesIn = (ms: number): number => (ms * sampleRate) / 1000;

/** Samples to whole milliseconds. */
export const msOf = (samples: number): number => Math.round((samples * 1000) / sampleRate);
