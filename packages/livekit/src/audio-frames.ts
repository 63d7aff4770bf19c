import type { AudioFrame } from "@livekit/rtc-node";

/** A frame as mono s16le, in memory of its own: the framework uses frames again. */
export function monoBytes({ data, channels }: AudioFrame): Uint8Array<ArrayBuffer> {
  if (channels <= 1) return new Uint8Array(data.slice().buffer);
  const mono = new Int16Array(Math.floor(data.length / channels));
  for (let i = 0; i < mono.length; i++) {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++) sum += data[i * channels + channel] ?? 0;
    mono[i] = Math.round(sum / channels);
  }
  return new Uint8Array(mono.buffer);
}
