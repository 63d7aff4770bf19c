import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { pieces } from "../../test/wav-file.ts";
import { PcmDecoder } from "./pcm-decoder.ts";
import { bytesPerSample, type PcmFormat, type SampleEncoding } from "./pcm-format.ts";
import { decodeMono, encodePcm16 } from "./sample-codec.ts";

const encodings = fc.constantFrom<SampleEncoding>("u8", "s16le", "s24le", "s32le", "f32le", "f64le", "mulaw", "alaw");
const sine = Float32Array.from({ length: 8_000 }, (_, n) => 0.5 * Math.sin((2 * Math.PI * 500 * n) / 8_000));

function decodePieces(format: PcmFormat, sampleRate: number | undefined, parts: readonly Uint8Array[]): number[] {
  const decoder = new PcmDecoder(format, sampleRate);
  return [...parts.flatMap((part) => [...decoder.push(part)]), ...decoder.flush()];
}

test("brings telephone audio to 16 kHz, each sample where it was in time", () => {
  const samples = decodePieces({ encoding: "s16le", sampleRate: 8_000 }, 16_000, [encodePcm16(sine)]);
  expect(samples).toHaveLength(16_000);
  samples.slice(200, -200).forEach((sample, i) => {
    expect(sample).toBeCloseTo(0.5 * Math.sin((2 * Math.PI * 500 * (i + 200)) / 16_000), 3);
  });
});

test("cuts within a sample or a frame change nothing, for any encoding, channel count and rate", () => {
  const bytes = fc.uint8Array({ minLength: 1, maxLength: 500 });
  const sizes = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 5 });
  const rate = fc.constantFrom(8_000, 16_000, 44_100);
  fc.assert(
    fc.property(encodings, fc.integer({ min: 1, max: 8 }), rate, bytes, sizes, (encoding, channels, to, all, cuts) => {
      const format = { encoding, channels, sampleRate: 16_000 };
      const samples = decodePieces(format, to, pieces(all, cuts));
      expect(samples).toEqual(decodePieces(format, to, [all]));
      const frames = Math.floor(all.length / (bytesPerSample[encoding] * channels));
      expect(samples).toHaveLength(Math.ceil((frames * to) / 16_000));
    }),
  );
});

test("at its own rate, samples come at once and unchanged", () => {
  const bytes = encodePcm16(sine);
  const decoder = new PcmDecoder({ encoding: "s16le", sampleRate: 8_000 });
  expect(decoder.sampleRate).toBe(8_000);
  expect(decoder.push(bytes)).toEqual(decodeMono(bytes, "s16le"));
  expect(decoder.flush()).toHaveLength(0);
});

describe("a format that no audio has is refused", () => {
  const good = { encoding: "s16le", sampleRate: 16_000, channels: 1 } as const;
  test.each<[string, Partial<Record<keyof PcmFormat, unknown>>]>([
    ["encoding", { encoding: "flac" }],
    ["encoding", { encoding: "toString" }],
    ["sampleRate", { sampleRate: 0 }],
    ["sampleRate", { sampleRate: 44_100.5 }],
    ["channels", { channels: 0 }],
    ["channels", { channels: 1.5 }],
  ])("%s in %o", (name, bad) => {
    const make = () => Reflect.construct(PcmDecoder, [{ ...good, ...bad }]);
    expect(make).toThrow(expect.objectContaining({ code: "invalid-option", message: expect.stringContaining(name) }));
  });
});
