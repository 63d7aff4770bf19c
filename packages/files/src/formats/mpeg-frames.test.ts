import fc from "fast-check";
import { expect, test } from "vitest";
import { type MpegFrame, mpegFrames } from "./mpeg-frames.ts";

/** A frame of layer III at 16 kHz and 24 kbit/s: 108 bytes, 36 ms. */
function frame(fill: number): number[] {
  return [0xff, 0xf3, 0x38, 0xc4, ...Array<number>(104).fill(fill & 0x7f)];
}

async function read(bytes: readonly number[], pieces: readonly number[]): Promise<MpegFrame[]> {
  const parts = async function* () {
    for (let at = 0, i = 0; at < bytes.length; i++) {
      const size = pieces[i % pieces.length] ?? 1;
      yield Uint8Array.from(bytes.slice(at, at + size));
      at += size;
    }
  };
  const frames: MpegFrame[] = [];
  for await (const found of mpegFrames(parts())) frames.push(found);
  return frames;
}

const pieces = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 5 });
/** Runs of frames with something else before each. */
const runs = fc.array(
  fc.record({ junk: fc.uint8Array({ maxLength: 400 }), frames: fc.array(fc.nat(), { minLength: 2, maxLength: 6 }) }),
  { maxLength: 4 },
);

test("every frame is found, with anything between them and in pieces of any size", async () => {
  await fc.assert(
    fc.asyncProperty(runs, pieces, async (all, sizes) => {
      const bytes = all.flatMap(({ junk, frames }) => [...junk.map((byte) => byte & 0xfe), ...frames.flatMap(frame)]);
      const found = await read(bytes, sizes);
      expect(found.map((one) => [...one.bytes])).toEqual(all.flatMap(({ frames }) => frames.map(frame)));
      for (const { seconds } of found) expect(seconds).toBeCloseTo(0.036);
    }),
    { numRuns: 60 },
  );
});

test("bytes that look like a header but that no other follows are passed over", async () => {
  const found = await read([...frame(1).slice(0, 50), ...frame(2), ...frame(3), 0xff, 0xf3, 0x38, 0xc4, 1], [64]);
  expect(found.map(({ bytes }) => bytes[10])).toEqual([2, 3]);
});

test("a frame that was cut off at the end is left out", async () => {
  expect(await read([...frame(1), ...frame(2), ...frame(3).slice(0, 107)], [1000])).toHaveLength(2);
});

test.each([
  ["Xing", 13, [0, 0, 0, 1, 0, 0, 0, 100]],
  ["Info", 21, [0, 0, 0, 3, 0, 0, 0, 100]],
  ["VBRI", 36, [0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 100]],
])("%s says how long the whole file is", async (name, at, rest) => {
  const table = frame(0);
  table.splice(at, 4 + rest.length, ...Buffer.from(name), ...rest);
  const [first, second] = await read([...table, ...frame(1), ...frame(2)], [1000]);
  expect(first?.wholeSeconds).toBeCloseTo(3.6);
  expect(second?.wholeSeconds).toBeUndefined();
});

test.each([
  ["layer III at 44.1 kHz and 128 kbit/s, padded", [0xff, 0xfb, 0x92, 0], 418, 1152 / 44_100],
  ["layer III at 8 kHz and 8 kbit/s", [0xff, 0xe3, 0x18, 0], 72, 0.072],
  ["layer II at 48 kHz and 192 kbit/s", [0xff, 0xfd, 0xa4, 0], 576, 0.024],
  ["layer I at 32 kHz and 32 kbit/s, padded", [0xff, 0xff, 0x1a, 0], 52, 0.012],
])("%s", async (_, header, length, seconds) => {
  const one = [...header, ...Array<number>(length - 4).fill(0)];
  const found = await read([...one, ...one], [1000]);
  expect(found).toHaveLength(2);
  expect(found[0]?.bytes).toHaveLength(length);
  expect(found[0]?.seconds).toBeCloseTo(seconds);
});
