/** `ms` of a 440 Hz tone as s16le. */
export function tone(ms: number, sampleRate = 16_000): Uint8Array {
  return pcm16(ms, sampleRate, (index) => 8_000 * Math.sin((2 * Math.PI * 440 * index) / sampleRate));
}

/** `ms` of silence as s16le. */
export function silence(ms: number, sampleRate = 16_000): Uint8Array {
  return pcm16(ms, sampleRate, () => 0);
}

function pcm16(ms: number, sampleRate: number, sample: (index: number) => number): Uint8Array {
  const count = Math.round((ms * sampleRate) / 1_000);
  const view = new DataView(new ArrayBuffer(count * 2));
  for (let index = 0; index < count; index++) view.setInt16(index * 2, Math.round(sample(index)), true);
  return new Uint8Array(view.buffer);
}
