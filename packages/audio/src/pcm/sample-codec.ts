import { sampleFromAlaw, sampleFromMulaw } from "../g711/g711.ts";
import type { Bytes, Samples } from "./bytes.ts";
import { bytesPerSample, type SampleEncoding } from "./pcm-format.ts";

const int16Scale = 32_768;

/** Reads the sample whose first byte is at `offset`. */
type SampleAt = (view: DataView, offset: number) => number;

const readers: Readonly<Record<SampleEncoding, SampleAt>> = {
  u8: (view, offset) => (view.getUint8(offset) - 128) / 128,
  s16le: (view, offset) => view.getInt16(offset, true) / int16Scale,
  s24le: (view, offset) => (view.getUint16(offset, true) | (view.getInt8(offset + 2) << 16)) / 8_388_608,
  s32le: (view, offset) => view.getInt32(offset, true) / 2_147_483_648,
  f32le: (view, offset) => finite(view.getFloat32(offset, true)),
  f64le: (view, offset) => finite(view.getFloat64(offset, true)),
  mulaw: (view, offset) => sampleFromMulaw(view.getUint8(offset)) / int16Scale,
  alaw: (view, offset) => sampleFromAlaw(view.getUint8(offset)) / int16Scale,
};

/** Prevents one damaged sample from silencing everything that a filter mixes it with. */
function finite(sample: number): number {
  return Number.isFinite(sample) ? sample : 0;
}

/**
 * Decodes whole frames of any encoding to mono samples from -1 to 1, each the average of its frame's channels. Integers are
 * divided by their full scale, so that 16-bit audio survives the way there and back unchanged. NaN and infinities become 0.
 * Bytes of an incomplete frame are ignored: `FrameAligner` carries them.
 */
export function decodeMono(bytes: Uint8Array, encoding: SampleEncoding, channels = 1): Samples {
  const read = readers[encoding];
  const sampleBytes = bytesPerSample[encoding];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const mono = new Float32Array(Math.floor(bytes.length / (sampleBytes * channels)));
  let offset = 0;
  for (let frame = 0; frame < mono.length; frame++) {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++) {
      sum += read(view, offset);
      offset += sampleBytes;
    }
    mono[frame] = sum / channels;
  }
  return mono;
}

/**
 * Averages `count` samples of planar channels, as an AudioWorklet has them, into `output`. Allocates nothing. A shorter
 * channel counts as silent after its end; without channels the output is silent.
 */
export function downmix(channels: readonly Float32Array[], output: Float32Array, count = output.length): void {
  output.fill(0, 0, count);
  const gain = 1 / channels.length;
  for (let index = 0; index < channels.length; index++) {
    const channel = channels[index];
    if (channel === undefined) continue;
    const end = Math.min(count, channel.length);
    for (let i = 0; i < end; i++) output[i] = (output[i] ?? 0) + (channel[i] ?? 0) * gain;
  }
}

/** Converts a sample from -1 to 1 to a 16-bit integer: rounded to the nearest, clamped at full scale; NaN becomes 0. */
export function int16FromSample(sample: number): number {
  const scaled = Math.round(sample * int16Scale);
  if (scaled >= 32_767) return 32_767;
  return scaled <= -32_768 ? -32_768 : scaled | 0;
}

/**
 * Writes the first `count` samples as s16le into `output`, from byte `offset`. Allocates nothing.
 * @returns the offset after the last byte written.
 */
export function encodePcm16Into(samples: Float32Array, output: Uint8Array, offset = 0, count = samples.length): number {
  let at = offset;
  for (let i = 0; i < count; i++) {
    const value = int16FromSample(samples[i] ?? 0);
    output[at++] = value & 0xff;
    output[at++] = (value >> 8) & 0xff;
  }
  return at;
}

/** Encodes samples from -1 to 1 as s16le: rounded, and clamped at full scale. */
export function encodePcm16(samples: Float32Array): Bytes {
  const bytes = new Uint8Array(samples.length * 2);
  encodePcm16Into(samples, bytes);
  return bytes;
}
