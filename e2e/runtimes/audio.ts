/** Mono s16le at 16 kHz: a tone of `seconds`, in which the emulator counts "one two …", and silence that ends the turn. */
export function tone(seconds: number): Uint8Array {
  const samples = new Int16Array((seconds + 2) * 16_000);
  for (let i = 0; i < seconds * 16_000; i++) samples[i] = 8_000 * Math.sin((2 * Math.PI * 440 * i) / 16_000);
  return new Uint8Array(samples.buffer);
}
