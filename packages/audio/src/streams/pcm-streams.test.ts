import { describe, expect, test } from "vitest";
import { join, pieces } from "../../test/wav-file.ts";
import { mulawFromPcm16, pcm16FromMulaw } from "../g711/mulaw-codec.ts";
import { type LevelReport, measureLevel } from "../pcm/level.ts";
import { PcmDecoder } from "../pcm/pcm-decoder.ts";
import { decodeMono, encodePcm16 } from "../pcm/sample-codec.ts";
import { meterLevel } from "./meter-level.ts";
import { decodeMulaw, encodeMulaw } from "./mulaw.ts";
import { resample } from "./resample.ts";
import { toPcm16 } from "./to-pcm16.ts";

const sine = encodePcm16(Float32Array.from({ length: 4_000 }, (_, n) => 0.5 * Math.sin(n / 10)));

/** Sends the bytes through in pieces of 7, which no sample or frame fits into evenly. */
async function through(
  transform: ReadableWritablePair<Uint8Array, ArrayBufferView>,
  bytes: Uint8Array,
): Promise<Uint8Array> {
  const source = new ReadableStream<ArrayBufferView>({
    start(controller) {
      for (const piece of pieces(bytes, [7])) controller.enqueue(piece);
      controller.close();
    },
  });
  const chunks: Uint8Array[] = [];
  const reader = source.pipeThrough(transform).getReader();
  for (let item = await reader.read(); !item.done; item = await reader.read()) chunks.push(item.value);
  expect(chunks.every((chunk) => chunk.length > 0)).toBe(true);
  return join(...chunks);
}

test("encodeMulaw and decodeMulaw convert across every cut", async () => {
  const codes = await through(encodeMulaw(), sine);
  expect(codes).toEqual(mulawFromPcm16(sine));
  expect(await through(decodeMulaw(), codes)).toEqual(pcm16FromMulaw(codes));
});

test("resample gives what the decoder gives, to its end", async () => {
  const decoder = new PcmDecoder({ encoding: "s16le", sampleRate: 8_000 }, 16_000);
  const expected = join(encodePcm16(decoder.push(sine)), encodePcm16(decoder.flush()));
  expect(await through(resample({ from: 8_000, to: 16_000 }), sine)).toEqual(expected);
  expect(expected).toHaveLength(2 * sine.length);
});

test("resample between equal rates changes nothing", async () => {
  expect(await through(resample({ from: 16_000, to: 16_000 }), sine)).toEqual(sine);
});

test("toPcm16 takes any format", async () => {
  const stereo = Uint8Array.of(0, 128, 255, 255, 64, 192);
  const mono = await through(toPcm16({ encoding: "u8", channels: 2, sampleRate: 16_000 }), stereo);
  expect([...decodeMono(mono, "s16le")]).toEqual([-0.5, 127 / 128, 0]);
});

describe("meterLevel", () => {
  test("passes every chunk on as it is and reports the level of each stretch", async () => {
    const levels: LevelReport[] = [];
    const meter = meterLevel({ sampleRate: 8_000, interval: 0.2, onLevel: (level) => levels.push(level) });
    expect(await through(meter, sine)).toEqual(sine);
    const samples = decodeMono(sine, "s16le");
    expect(levels).toEqual([
      { ...measureLevel(samples.subarray(0, 1_600)), time: 0 },
      { ...measureLevel(samples.subarray(1_600, 3_200)), time: 0.2 },
      { ...measureLevel(samples.subarray(3_200)), time: 0.4 },
    ]);
  });

  test("fails when its listener throws", async () => {
    const meter = meterLevel({
      sampleRate: 8_000,
      onLevel: () => {
        throw new Error("no meter");
      },
    });
    await expect(through(meter, sine)).rejects.toThrow("no meter");
  });
});

test.each([
  ["resample", () => resample({ from: 0, to: 16_000 })],
  ["toPcm16", () => toPcm16({ encoding: "s16le", sampleRate: 16_000 }, { sampleRate: 1 })],
  ["meterLevel", () => meterLevel({ sampleRate: Number.NaN, onLevel: () => {} })],
])("%s refuses a rate that cannot be, at once", (_, make) => {
  expect(make).toThrow(expect.objectContaining({ code: "invalid-option" }));
});
