import fc from "fast-check";
import { expect, test } from "vitest";
import { Fragments } from "./fragments.ts";

function box(name: string, content: number, wide = false): number[] {
  const size = content + (wide ? 16 : 8);
  const number = [size >> 24, size >> 16, size >> 8, size].map((byte) => byte & 255);
  const filled = Array<number>(content).fill(name.charCodeAt(0));
  return wide
    ? [0, 0, 0, 1, ...Buffer.from(name), 0, 0, 0, 0, ...number, ...filled]
    : [...number, ...Buffer.from(name), ...filled];
}

async function* inPieces(bytes: readonly number[], pieces: readonly number[]) {
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = pieces[i % pieces.length] ?? 1;
    yield Uint8Array.from(bytes.slice(at, at + size));
    at += size;
  }
}

/** Reads at least this many bytes, or all. */
async function read(stream: ReadableStream<Uint8Array>, least = Number.POSITIVE_INFINITY): Promise<number[]> {
  const bytes: number[] = [];
  const reader = stream.getReader();
  while (bytes.length < least) {
    const { done, value } = await reader.read();
    if (done) break;
    bytes.push(...value);
  }
  return bytes;
}

const beginning = [...box("ftyp", 16), ...box("moov", 100)];
const longestPiece = 90;
const pieces = fc.array(fc.integer({ min: 1, max: longestPiece }), { minLength: 1, maxLength: 5 });
const fragments = fc.array(
  fc.record({ moof: fc.integer({ min: 8, max: 40 }), mdat: fc.integer({ min: 100, max: 300 }), wide: fc.boolean() }),
  { minLength: 2, maxLength: 5 },
);

test("the file goes on at the fragment behind the one that was read, with its beginning, at the same place", async () => {
  await fc.assert(
    fc.asyncProperty(fragments, pieces, fc.nat(), async (all, sizes, at) => {
      const parts = all.map(({ moof, mdat, wide }) => [...box("moof", moof), ...box("mdat", mdat, wide)]);
      const file = [...beginning, ...parts.flat()];
      const firstEnd = beginning.length + (parts[0]?.length ?? 0);
      const watched = new Fragments(inPieces(file, sizes), 1000);
      // The reader is somewhere in the data of the first fragment, more than a piece behind its header.
      const data = all[0]?.mdat ?? 0;
      await read(watched.stream(), firstEnd - (at % (data - longestPiece)));
      const resumed = watched.resume();
      if (!resumed) throw new Error("The file has a next fragment");
      const again = await read(resumed);
      expect(again.slice(0, beginning.length)).toEqual(beginning);
      expect(again.slice(firstEnd)).toEqual(file.slice(firstEnd));
      expect(again).toHaveLength(file.length);
    }),
    { numRuns: 100 },
  );
});

test.each([
  ["with an index in front", [...beginning, ...box("mdat", 400), ...box("free", 90)]],
  ["with an index at its end", [...box("ftyp", 16), ...box("mdat", 400), ...box("moov", 90)]],
  ["that is no MP4", Array.from({ length: 600 }, (_, i) => i & 255)],
  ["with a beginning that is too long", [...box("ftyp", 16), ...box("moov", 2000), ...box("moof", 30)]],
])("a file %s has no next fragment, and passes as it is", async (_, file) => {
  const watched = new Fragments(inPieces(file, [64]), 1000);
  expect(await read(watched.stream())).toEqual(file);
  expect(watched.resume()).toBeUndefined();
});
