import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { littleEndian } from "../../test/wav-file.ts";
import type { SampleEncoding } from "./pcm-format.ts";
import { decodeMono, downmix, encodePcm16, encodePcm16Into, int16FromSample } from "./sample-codec.ts";

function floats(bits: 32 | 64, ...values: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer((values.length * bits) / 8));
  values.forEach((value, i) => {
    if (bits === 32) view.setFloat32(i * 4, value, true);
    else view.setFloat64(i * 8, value, true);
  });
  return new Uint8Array(view.buffer);
}

describe("every encoding is read as samples from -1 to 1", () => {
  const integers = (bits: 8 | 16 | 24 | 32, ...values: readonly number[]) =>
    littleEndian(...values.map((value) => [value, bits] as const));
  test.each<[SampleEncoding, Uint8Array]>([
    ["u8", Uint8Array.of(0, 64, 128, 192)],
    ["s16le", integers(16, -32_768, -16_384, 0, 16_384)],
    ["s24le", integers(24, -8_388_608, -4_194_304, 0, 4_194_304)],
    ["s32le", integers(32, -2_147_483_648, -1_073_741_824, 0, 1_073_741_824)],
    ["f32le", floats(32, -1, -0.5, 0, 0.5)],
    ["f64le", floats(64, -1, -0.5, 0, 0.5)],
  ])("%s", (encoding, bytes) => {
    expect([...decodeMono(bytes, encoding)]).toEqual([-1, -0.5, 0, 0.5]);
  });

  test("every byte of a 24-bit sample counts", () => {
    expect([...decodeMono(Uint8Array.of(0x01, 0x02, 0x83), "s24le")]).toEqual([-0x7cfdff / 0x80_0000]);
  });

  test("mulaw and alaw", () => {
    expect([...decodeMono(Uint8Array.of(0xff, 0x80, 0x00), "mulaw")]).toEqual([0, 32_124 / 32_768, -32_124 / 32_768]);
    expect([...decodeMono(Uint8Array.of(0xaa, 0x2a), "alaw")]).toEqual([32_256 / 32_768, -32_256 / 32_768]);
  });

  test("what is no number is silence", () => {
    const bad = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    expect([...decodeMono(floats(32, ...bad), "f32le")]).toEqual([0, 0, 0]);
    expect([...decodeMono(floats(64, ...bad), "f64le")]).toEqual([0, 0, 0]);
  });
});

describe("downmix", () => {
  test("averages interleaved channels", () => {
    expect([...decodeMono(floats(32, 1, 0, -0.5, -0.25, 0.75, 0.25), "f32le", 3)]).toEqual([
      Math.fround(0.5 / 3),
      0.25,
    ]);
  });

  test("averages planar channels into the caller's array, and leaves the rest of it alone", () => {
    const output = new Float32Array(4).fill(9);
    downmix([Float32Array.of(1, 0.5, 0.25), Float32Array.of(0, -0.5, 0.25)], output, 3);
    expect([...output]).toEqual([0.5, 0, 0.25, 9]);
  });

  test("no channel is silence, and a short one is silent at its end", () => {
    const output = new Float32Array(2).fill(9);
    downmix([], output);
    expect([...output]).toEqual([0, 0]);
    downmix([Float32Array.of(1, 1), Float32Array.of(1)], output);
    expect([...output]).toEqual([1, 0.5]);
  });
});

describe("s16le", () => {
  test("rounds to the nearest and clamps at full scale", () => {
    const samples = [0.4, 0.6, -0.4, -0.6].map((lsb) => lsb / 32_768);
    expect([...samples, 1, -1, 7, -7, Number.NaN].map(int16FromSample)).toEqual([
      0, 1, 0, -1, 32_767, -32_768, 32_767, -32_768, 0,
    ]);
  });

  test("every 16-bit value comes back as it was", () => {
    const all = new Uint8Array(Int16Array.from({ length: 65_536 }, (_, i) => i - 32_768).buffer);
    expect(encodePcm16(decodeMono(all, "s16le"))).toEqual(all);
  });

  test("writes at the given offset, and nowhere else", () => {
    const output = new Uint8Array(8).fill(9);
    expect(encodePcm16Into(Float32Array.of(0.5, -0.5, 1), output, 1, 2)).toBe(5);
    expect([...output]).toEqual([9, 0x00, 0x40, 0x00, 0xc0, 9, 9, 9]);
  });

  test("is never off by more than half a step, for any sample", () => {
    fc.assert(
      fc.property(fc.float({ min: -1, max: Math.fround(0.9999), noNaN: true }), (sample) => {
        expect(Math.abs(int16FromSample(sample) - sample * 32_768)).toBeLessThanOrEqual(0.5);
      }),
    );
  });
});
