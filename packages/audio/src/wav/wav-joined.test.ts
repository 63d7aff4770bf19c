import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readPieces } from "../../test/read-file.ts";
import { chunk, join, littleEndian, pieces, text, type WavFile, wavFile } from "../../test/wav-file.ts";

const allOnes = 0xffff_ffff;
const data = Uint8Array.from({ length: 48 }, (_, i) => i + 1);
const list = chunk("LIST", text("INFOISFT\x04\0\0\0abc\0"));
const nothing = { missingBytes: 0, truncation: undefined, unreadBytes: 0, unread: undefined };

/** Reads whole and in small pieces, which has to come to the same. */
function read(...parts: readonly Uint8Array[]) {
  const file = join(...parts);
  const whole = readPieces([file]);
  for (const sizes of [[1], [11, 13], [5]]) expect(readPieces(pieces(file, sizes))).toEqual(whole);
  return whole;
}

describe("WAV files joined by cat", () => {
  test.each<[string, WavFile]>([
    ["plain", {}],
    ["with a list behind their audio", { after: list }],
    ["of an odd length", { data: data.subarray(0, 47), bits: 8 }],
    ["of unknown length, all ones", { dataSize: allOnes, riffSize: allOnes }],
    ["of unknown length, arecord's", { dataSize: 0x8000_0000, riffSize: 0x8000_0024 }],
    ["of unknown length, with a list behind their audio", { dataSize: 0, after: list }],
    ["RF64", { magic: "RF64", dataSize: allOnes, first: chunk("ds64", littleEndian([0, 64], [48, 64], [24, 64])) }],
  ])("%s: all are heard", (_, options) => {
    const file = { data, ...options };
    const { audio, summary, header } = read(wavFile(file), wavFile(file), wavFile(file));
    expect(audio).toEqual(join(file.data, file.data, file.data));
    expect(summary).toEqual({
      dataBytes: 3 * file.data.length,
      duration: audio.length / (file.bits === 8 ? 1 : 2) / 16_000,
      ...nothing,
    });
    expect(header?.dataBytes).toBe(readPieces([wavFile(file)]).header?.dataBytes);
  });

  test("audio of an odd length without padding does not hide the next file", () => {
    const odd = wavFile({ data: data.subarray(0, 47), bits: 8 });
    const { audio } = read(odd.subarray(0, odd.length - 1), odd);
    expect(audio).toHaveLength(94);
  });

  test("a file that ends within a frame does not shift those of the next one", () => {
    const { audio, summary } = read(wavFile({ data: data.subarray(0, 47) }), wavFile({ data }));
    expect(audio).toEqual(join(data.subarray(0, 47), Uint8Array.of(0), data));
    expect(summary).toMatchObject({ dataBytes: 95, duration: 48 / 16_000 });
  });

  test("the last one cut short: what is missing of it is counted", () => {
    const { audio, summary } = read(wavFile({ data }), wavFile({ data, dataSize: 32_048 }));
    expect(audio).toEqual(join(data, data));
    expect(summary).toMatchObject({ missingBytes: 32_000, truncation: { code: "truncated-wav" } });
  });

  test("two pieces of audio in one file are one", () => {
    expect(read(wavFile({ data, after: join(list, chunk("data", data)) })).audio).toEqual(join(data, data));
  });

  test("any of them, cut anywhere", () => {
    const file = fc.record({
      data: fc.uint8Array({ minLength: 2, maxLength: 40 }),
      dataSize: fc.constantFrom(undefined, 0, allOnes, 0x8000_0000, 0x7fff_f000),
      after: fc.constantFrom(new Uint8Array(0), list),
    });
    const cuts = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(fc.array(file, { minLength: 1, maxLength: 4 }), cuts, (files, sizes) => {
        const even = files.map(({ data, dataSize, after }) => ({
          data: data.subarray(0, data.length - (data.length % 2)),
          ...(dataSize !== undefined && { dataSize }),
          after,
        }));
        const { audio, summary } = readPieces(pieces(join(...even.map(wavFile)), sizes));
        expect(audio).toEqual(join(...even.map(({ data }) => data)));
        expect(summary).toMatchObject(nothing);
      }),
    );
  });
});

describe("what follows the audio and cannot be read with it is counted, and said", () => {
  const other = wavFile({ data, channels: 2, sampleRate: 48_000 });
  const first = wavFile({ data });
  test.each<[string, Uint8Array, number, RegExp]>([
    [
      "a file of another format",
      other,
      92,
      /s16le with 2 channels at 48000 Hz instead of s16le with 1 channel at 16000 Hz.*Convert/,
    ],
    ["a file in a codec", wavFile({ data, tag: 0x55, bits: 0 }), 92, /Another WAV file.*MP3.*Convert/],
    ["the beginning of a file", first.subarray(0, 30), 30, /Another WAV file.*truncated/],
    [
      "audio beyond the length in the header",
      Uint8Array.of(0, 0, 9, 200, 7, 1, 255, 4, 8, 9),
      10,
      /10 bytes after the audio.*write the file again/,
    ],
    ["a chunk that has no end", chunk("LIST", text("abcd"), 100), 12, /12 bytes after the audio/],
    ["an AVI file", join(text("RIFF"), littleEndian([4, 32]), text("AVI ")), 12, /12 bytes after the audio/],
  ])("%s", (_, behind, bytes, message) => {
    const { audio, summary } = read(first, behind);
    expect(audio).toEqual(data);
    expect(summary).toMatchObject({ dataBytes: 48, missingBytes: 0, truncation: undefined, unreadBytes: bytes });
    expect(summary.unread).toMatchObject({ name: "AudioError", code: "unread-wav" });
    expect(summary.unread?.message).toMatch(message);
  });

  test("zeros, and chunks whose last padding is missing, are not", () => {
    expect(read(first, new Uint8Array(500)).summary).toMatchObject(nothing);
    const odd = chunk("LIST", text("odd"));
    expect(read(wavFile({ data, after: odd.subarray(0, odd.length - 1) })).summary).toMatchObject(nothing);
  });
});
