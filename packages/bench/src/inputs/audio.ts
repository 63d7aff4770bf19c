/** What every session streams: s16le at 16 kHz, in frames of 50 ms. */
export const sampleRate = 16_000;
export const frameMs = 50;
export const frameBytes = (sampleRate / 1000) * frameMs * 2;
export const framesPerSecond = 1000 / frameMs;
