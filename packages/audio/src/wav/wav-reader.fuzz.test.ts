import fc from "fast-check";
import { expect, test } from "vitest";
import { readPieces } from "../../test/read-file.ts";
import { chunk, extensibleBody, join, littleEndian, pieces, text, wavFile } from "../../test/wav-file.ts";
import { AudioError } from "../audio-error.ts";
import { PcmDecoder } from "../pcm/pcm-decoder.ts";

const cuts = fc
  .array(fc.integer({ min: 0, max: 70 }), { minLength: 1, maxLength: 6 })
  .filter((sizes) => sizes.some((size) => size > 0));
const data = Uint8Array.from({ length: 96 }, (_, i) => i);
const ds64 = chunk("ds64", littleEndian([0, 64], [data.length, 64], [0, 64], [0, 32]));
const seeds: readonly Uint8Array[] = [
  wavFile({ data }),
  wavFile({ data, channels: 2, bits: 24, between: chunk("LIST", text("odd")), after: chunk("LIST", text("more")) }),
  wavFile({ data, fmt: extensibleBody({ tag: 3, bits: 32 }) }),
  wavFile({ data, magic: "RF64", first: ds64, dataSize: 0xffff_ffff }),
  wavFile({ data, tag: 7, bits: 8, dataSize: 0 }),
];

/** What comes of reading, errors included, as one value. */
function outcome(file: Uint8Array, sizes: readonly number[]): unknown {
  try {
    const { header, audio, summary } = readPieces(pieces(file, sizes), { maxHeaderBytes: 4_096 });
    return { header, audio: [...audio], missingBytes: summary.missingBytes };
  } catch (error) {
    if (!(error instanceof AudioError)) throw error;
    return { code: error.code, message: error.message };
  }
}

/** Reads the file in pieces and whole, and decodes what it holds: nothing may throw but an `AudioError`. */
function survives(file: Uint8Array, sizes: readonly number[]): void {
  expect(outcome(file, sizes)).toEqual(outcome(file, [Math.max(file.length, 1)]));
  try {
    const { header, audio } = readPieces(pieces(file, sizes), { maxHeaderBytes: 4_096 });
    expect(audio.length).toBeLessThanOrEqual(file.length);
    if (header === undefined) expect.fail("A file was read to its end, but has no header.");
    const samples = new PcmDecoder(header).push(audio);
    expect(samples.every((sample) => Number.isFinite(sample))).toBe(true);
  } catch (error) {
    if (!(error instanceof AudioError)) throw error;
  }
}

test("any bytes at all", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), cuts, survives), { numRuns: 300 });
});

test("any bytes behind a proper start", () => {
  const start = join(text("RIFF"), new Uint8Array(4), text("WAVE"));
  const file = fc.uint8Array({ maxLength: 300 }).map((bytes) => join(start, bytes));
  fc.assert(fc.property(file, cuts, survives), { numRuns: 300 });
});

test("any chunks in any order, of any claimed length", () => {
  const id = fc.constantFrom("fmt ", "data", "ds64", "LIST", "RIFF");
  const size = fc.option(fc.oneof(fc.nat(64), fc.constantFrom(0xffff_ffff, 0x7fff_f000)), { nil: undefined });
  const body = fc.oneof(
    fc.uint8Array({ maxLength: 60 }),
    fc.constantFrom(extensibleBody({}), extensibleBody({ tag: 3 })),
  );
  const chunks = fc.array(fc.tuple(id, body, size).map(([name, bytes, claimed]) => chunk(name, bytes, claimed)));
  const file = chunks.map((list) => join(text("RF64"), new Uint8Array(4), text("WAVE"), ...list));
  fc.assert(fc.property(file, cuts, survives), { numRuns: 500 });
});

test("real files with bytes changed, and cut short", () => {
  const change = fc.tuple(fc.nat(150), fc.nat(255));
  const mutated = fc
    .tuple(fc.constantFrom(...seeds), fc.array(change, { maxLength: 6 }), fc.nat(300))
    .map(([seed, changes, length]) => {
      const file = Uint8Array.from(seed);
      for (const [at, value] of changes) file[at % file.length] = value;
      return file.subarray(0, length);
    });
  fc.assert(fc.property(mutated, cuts, survives), { numRuns: 1_000 });
});
