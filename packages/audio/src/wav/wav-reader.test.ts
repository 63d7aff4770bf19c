import { describe, expect, test } from "vitest";
import { readPieces } from "../../test/read-file.ts";
import {
  chunk,
  extensibleBody,
  type Fmt,
  fmtBody,
  join,
  littleEndian,
  pieces,
  text,
  type WavFile,
  wavFile,
} from "../../test/wav-file.ts";
import type { AudioErrorCode } from "../audio-error.ts";
import type { SampleEncoding } from "../pcm/pcm-format.ts";

const allOnes = 0xffff_ffff;
/** Nothing is wrong with the file. */
const whole = { missingBytes: 0, truncation: undefined, unreadBytes: 0, unread: undefined };
const data = Uint8Array.from({ length: 48 }, (_, i) => i + 1);

function read(file: Uint8Array) {
  return readPieces([file]);
}

describe("formats", () => {
  test.each<[SampleEncoding, Fmt]>([
    ["u8", { bits: 8 }],
    ["s16le", { bits: 16 }],
    ["s24le", { bits: 24 }],
    ["s32le", { bits: 32 }],
    ["f32le", { tag: 3, bits: 32 }],
    ["f64le", { tag: 3, bits: 64 }],
    ["alaw", { tag: 6, bits: 8 }],
    ["mulaw", { tag: 7, bits: 8 }],
    ["s16le", { bits: 12 }],
    ["s24le", { bits: 20 }],
  ])("%s from %o, plain and extensible", (encoding, fmt) => {
    const plain = read(wavFile({ ...fmt, data, channels: 2, sampleRate: 44_100 }));
    expect(plain.header).toMatchObject({ encoding, channels: 2, sampleRate: 44_100, dataBytes: 48 });
    expect(plain.audio).toEqual(data);
    const extensible = read(wavFile({ data, fmt: extensibleBody({ ...fmt, channels: 2, sampleRate: 44_100 }) }));
    expect(extensible.header).toEqual(plain.header);
    expect(extensible.audio).toEqual(data);
  });

  test.each([1, 2, 6, 8])("%i channels", (channels) => {
    expect(read(wavFile({ channels, data })).header).toMatchObject({ channels, duration: 24 / channels / 16_000 });
  });

  test.each([1, 8_000, 11_025, 192_000, allOnes])("%i Hz", (sampleRate) => {
    const { header, summary } = read(wavFile({ sampleRate, data, fmt: fmtBody({ sampleRate: sampleRate }) }));
    expect(header?.sampleRate).toBe(sampleRate);
    expect(summary.duration).toBe(24 / sampleRate);
  });

  test("a frame size of 0, as some programs leave it, is worked out", () => {
    expect(read(wavFile({ data, frameBytes: 0 })).audio).toEqual(data);
  });

  test.each<[string, Fmt]>([
    ["one channel of 16 bits", { frameBytes: 16 }],
    ["two channels of 24 bits", { channels: 2, bits: 24, frameBytes: 48 }],
    ["one channel of mu-law", { tag: 7, bits: 8, frameBytes: 8 }],
  ])("a frame size that counts bits is read as bytes: %s", (_, fmt) => {
    const { header, audio } = read(wavFile({ ...fmt, data }));
    expect(audio).toEqual(data);
    expect(header).toMatchObject({ channels: fmt.channels ?? 1, dataBytes: 48 });
  });

  test("a frame size of one channel is read as the byte rate has it", () => {
    const fmt = littleEndian([1, 16], [2, 16], [16_000, 32], [64_000, 32], [2, 16], [16, 16]);
    expect(read(wavFile({ data, fmt })).header).toMatchObject({
      encoding: "s16le",
      channels: 2,
      duration: 12 / 16_000,
    });
  });
});

describe("chunks", () => {
  test("ahead of, between and behind those that matter are skipped, odd ones with their padding", () => {
    const first = join(chunk("JUNK", new Uint8Array(27)), chunk("bext", text("fmt data")));
    const between = join(chunk("LIST", text("INFOISFT")), chunk("fact", new Uint8Array(4)), chunk("none", text("")));
    const { audio, summary } = read(wavFile({ data, first, between, after: chunk("LIST", text("data!")) }));
    expect(audio).toEqual(data);
    expect(summary).toEqual({ dataBytes: 48, duration: 24 / 16_000, ...whole });
  });

  test("a fmt chunk may be longer than it need be", () => {
    const fmt = join(extensibleBody({}), new Uint8Array(61));
    expect(read(wavFile({ data, fmt })).audio).toEqual(data);
  });

  test("odd audio ends where it says", () => {
    const odd = data.subarray(0, 7);
    expect(read(wavFile({ data: odd, bits: 8, after: chunk("LIST", text("more")) })).audio).toEqual(odd);
  });

  test.each(["RF64", "BW64"])("%s takes the length from ds64", (magic) => {
    const ds64 = chunk("ds64", littleEndian([0, 64], [data.length, 64], [24, 64], [0, 32]));
    const after = chunk("LIST", text("data"));
    const file = wavFile({ magic, riffSize: allOnes, first: ds64, data, dataSize: allOnes, after });
    expect(read(file).header?.dataBytes).toBe(48);
    expect(read(file).audio).toEqual(data);
  });

  test("RF64 can promise more than 4 GiB", () => {
    const ds64 = chunk("ds64", littleEndian([0, 64], [6_000_000_000, 64], [0, 64], [0, 32]));
    const { header, summary } = read(wavFile({ magic: "RF64", first: ds64, data, dataSize: allOnes }));
    expect(header?.duration).toBe(3_000_000_000 / 16_000);
    expect(summary.missingBytes).toBe(6_000_000_000 - 48);
  });
});

describe("a length that was not known when the header was written", () => {
  const noLength = chunk("ds64", new Uint8Array(28));
  const ds64 = (size: number | bigint) => chunk("ds64", littleEndian([0, 64], [size, 64], [0, 64], [0, 32]));
  const endless = chunk("ds64", new Uint8Array(28).fill(255));
  test.each<[string, WavFile]>([
    ["0", { dataSize: 0, riffSize: 36 }],
    ["all ones", { dataSize: allOnes, riffSize: allOnes }],
    ["SoX's", { dataSize: 0x7fff_f000, riffSize: 0x7fff_f024 }],
    ["arecord's", { dataSize: 0x8000_0000, riffSize: 0x8000_0024 }],
    ["an older arecord's", { dataSize: 0x7fff_ff00, riffSize: 0x7fff_ff24 }],
    ["the largest of 31 bits", { dataSize: 0x7fff_ffff, riffSize: 0x8000_0023 }],
    ["the largest of 31 bits, less a header", { dataSize: 0x7fff_ffff - 44, riffSize: 0x7fff_ffff }],
    ["all ones, less a header", { dataSize: allOnes - 36, riffSize: allOnes }],
    ["arecord's in ds64", { magic: "RF64", dataSize: allOnes, first: ds64(2 ** 31) }],
    ["the largest of 63 bits in ds64", { magic: "RF64", dataSize: allOnes, first: ds64(2n ** 63n - 1n) }],
    ["all ones in RF64 without ds64", { magic: "RF64", dataSize: allOnes }],
    ["0 in ds64", { magic: "RF64", dataSize: allOnes, first: noLength }],
    ["all ones in ds64", { magic: "RF64", dataSize: allOnes, first: endless }],
  ])("%s: everything that follows is audio", (_, file) => {
    const { header, audio, summary } = read(wavFile({ ...file, data }));
    expect(header).toMatchObject({ dataBytes: undefined, duration: undefined });
    expect(audio).toEqual(data);
    expect(summary).toEqual({ dataBytes: 48, duration: 24 / 16_000, ...whole });
  });
});

describe("a file that ends too early", () => {
  test("within its audio yields what is there and says what is missing", () => {
    const { audio, summary } = read(wavFile({ data, dataSize: 32_048 }));
    expect(audio).toEqual(data);
    expect(summary).toMatchObject({ dataBytes: 48, missingBytes: 32_000, duration: 24 / 16_000 });
    expect(summary.truncation).toMatchObject({ code: "truncated-wav" });
    expect(summary.truncation?.message).toContain("32000 of 32048 bytes of audio (1.00 s) are missing");
  });

  test("anywhere before its audio is an error", () => {
    const file = wavFile({ data, dataSize: 48 });
    for (let length = 4; length <= 45; length++) {
      expect(() => read(file.subarray(0, length)), `${length} bytes`).toThrow(
        expect.objectContaining({ code: "truncated-wav" }),
      );
    }
  });
});

describe("pieces", () => {
  test.each([[[1]], [[3, 0, 1, 7]], [[44]], [[45]]])("of %j bytes are read alike", (sizes) => {
    const file = wavFile({ data, between: chunk("LIST", text("odd")), after: chunk("LIST", text("more")) });
    expect(readPieces(pieces(file, sizes))).toEqual(read(file));
  });
});

describe("what cannot be read says why, and what to do", () => {
  const padding = new Uint8Array(12);
  test.each<[string, Uint8Array, AudioErrorCode, string]>([
    ["nothing", padding.subarray(0, 0), "empty-audio", "0 bytes"],
    ["a header alone", wavFile({ data: padding.subarray(0, 0) }), "empty-audio", "only a header"],
    ["less than a frame", wavFile({ data: data.subarray(0, 1) }), "empty-audio", "only a header"],
    ["text", text("hello, world, this is text"), "not-wav", 'begins with "hello, w"'],
    ["very little text", text("hi"), "not-wav", 'begins with "hi"'],
    ["bytes", padding, "not-wav", "begins with 00 00 00 00"],
    ["Ogg", join(text("OggS"), padding), "not-wav", "it is OGG"],
    ["AVI", join(text("RIFF"), padding.subarray(0, 4), text("AVI ")), "not-wav", "it is AVI"],
    ["RIFX", wavFile({ magic: "RIFX" }), "unsupported-wav", "big-endian"],
    ["MP3 in WAV", wavFile({ tag: 0x55, bits: 0 }), "unsupported-wav", "MP3 (format 0x0055) of 0 bits"],
    ["ADPCM", wavFile({ tag: 2, bits: 4 }), "unsupported-wav", "Microsoft ADPCM (format 0x0002) of 4 bits"],
    ["an unknown codec", wavFile({ tag: 0x1234 }), "unsupported-wav", "an unknown codec (format 0x1234)"],
    ["40-bit integers", wavFile({ bits: 40 }), "unsupported-wav", "integer PCM (format 0x0001) of 40 bits"],
    ["0-bit integers", wavFile({ bits: 0 }), "unsupported-wav", "integer PCM (format 0x0001) of 0 bits"],
    ["16-bit floats", wavFile({ tag: 3 }), "unsupported-wav", "float PCM (format 0x0003) of 16 bits"],
    ["another GUID", wavFile({ fmt: extensibleBody({}, "another GUID..") }), "unsupported-wav", "GUID"],
    ["no channels", wavFile({ channels: 0 }), "malformed-wav", "0 channels"],
    ["no rate", wavFile({ sampleRate: 0 }), "malformed-wav", "0 Hz"],
    ["frames that do not fit", wavFile({ frameBytes: 3 }), "malformed-wav", "frames of 3 bytes cannot hold 1 x s16le"],
    ["a short fmt", wavFile({ fmt: new Uint8Array(14) }), "malformed-wav", "14 bytes"],
    ["an empty fmt", wavFile({ fmt: new Uint8Array(0) }), "malformed-wav", "0 bytes"],
    ["a short extensible fmt", wavFile({ fmt: extensibleBody({}).subarray(0, 26) }), "malformed-wav", "26 bytes"],
    ["data before fmt", wavFile({ first: chunk("data", data) }), "malformed-wav", "before any fmt"],
  ])("%s", (_, file, code, message) => {
    const refusal = expect.objectContaining({ name: "AudioError", code, message: expect.stringContaining(message) });
    expect(() => read(file)).toThrow(refusal);
    expect(() => readPieces(pieces(file, [1]))).toThrow(refusal);
  });

  test("a header without an end is given up at its bound, a chunk beyond it at once", () => {
    const refusal = expect.objectContaining({ code: "malformed-wav", message: expect.stringContaining("first 1000") });
    const empty = chunk("JUNK", new Uint8Array(0));
    const many = wavFile({ first: join(...Array.from({ length: 200 }, () => empty)) });
    expect(() => readPieces(pieces(many, [100]), { maxHeaderBytes: 1_000 })).toThrow(refusal);
    const huge = wavFile({ first: join(text("JUNK"), littleEndian([allOnes, 32])) });
    expect(() => readPieces([huge.subarray(0, 20)], { maxHeaderBytes: 1_000 })).toThrow(refusal);
  });

  test("the bound is where the audio must have begun", () => {
    const file = wavFile({ data });
    expect(readPieces([file], { maxHeaderBytes: 44 }).audio).toEqual(data);
    expect(() => readPieces([file], { maxHeaderBytes: 43 })).toThrow(
      expect.objectContaining({ code: "malformed-wav" }),
    );
  });

  test.each([0, -1, Number.NaN])("a bound of %s is refused", (maxHeaderBytes) => {
    expect(() => readPieces([], { maxHeaderBytes })).toThrow(expect.objectContaining({ code: "invalid-option" }));
  });
});
