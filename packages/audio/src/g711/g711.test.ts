import { expect, test } from "vitest";
import { MULAW_SILENCE, mulawFromSample, sampleFromAlaw, sampleFromMulaw } from "./g711.ts";
import { mulawFromPcm16, pcm16FromMulaw } from "./mulaw-codec.ts";

const codes = Array.from({ length: 256 }, (_, code) => code);

/** ITU-T G.711, table 2a: the output values of the first code of each segment, 14 bits, from the loudest. */
const mulawSegments = [8_031, 3_999, 1_983, 975, 471, 219, 93, 30];
/** ITU-T G.711, table 2a: the decision values that the segments begin at, 14 bits, from the quietest (which begins at 0). */
const mulawDecisions = [-1, 31, 95, 223, 479, 991, 2_015, 4_063];
/** ITU-T G.711, table 1a: the output values of the last code of each segment, 13 bits, from the quietest. */
const alawSegments = [31, 63, 126, 252, 504, 1_008, 2_016, 4_032];

test("mu-law codes have the values of G.711", () => {
  mulawSegments.forEach((value, segment) => {
    expect(sampleFromMulaw(0x80 + 16 * segment)).toBe(4 * value);
    expect(sampleFromMulaw(16 * segment)).toBe(-4 * value);
  });
  for (const code of codes.slice(0x80, 0xff)) {
    const step = 4 * 2 * 2 ** (7 - ((code >> 4) & 7));
    const atSegmentEnd = (code & 15) === 15;
    expect(sampleFromMulaw(code) - sampleFromMulaw(code + 1)).toBe(atSegmentEnd ? step * 0.75 : step);
  }
});

test("A-law codes have the values of G.711", () => {
  alawSegments.forEach((value, segment) => {
    const code = ((segment << 4) | 15 | 0x80) ^ 0x55;
    expect(sampleFromAlaw(code)).toBe(8 * value);
    expect(sampleFromAlaw(code ^ 0x80)).toBe(-8 * value);
  });
  expect(new Set(codes.map(sampleFromAlaw)).size).toBe(256);
  expect(sampleFromAlaw(0xd5)).toBe(8);
});

test("every mu-law code survives the way to a sample and back; of the two zeros, one", () => {
  const NEGATIVE_ZERO = 0x7f;
  for (const code of codes) {
    expect(mulawFromSample(sampleFromMulaw(code))).toBe(code === NEGATIVE_ZERO ? MULAW_SILENCE : code);
  }
  expect(sampleFromMulaw(NEGATIVE_ZERO)).toBe(0);
});

test("every sample becomes the mu-law code of the interval that it lies in", () => {
  const decisions = mulawDecisions.flatMap((start, segment) =>
    Array.from({ length: 16 }, (_, step) => 4 * (start + 2 ** (segment + 1) * step)),
  );
  for (let sample = -32_768; sample <= 32_767; sample++) {
    const interval = decisions.findLastIndex((decision) => decision <= Math.abs(sample));
    const code = (sample < 0 ? 0x7f : 0xff) - Math.max(interval, 0);
    if (mulawFromSample(sample) !== code) expect.fail(`${sample} became ${mulawFromSample(sample)}, not ${code}`);
  }
});

test("silence is 0xff, the extremes are 0x80 and 0x00", () => {
  expect([0, 32_767, -32_768].map(mulawFromSample)).toEqual([MULAW_SILENCE, 0x80, 0x00]);
});

test("bytes are converted both ways, also out of the middle of a buffer", () => {
  const buffer = Uint8Array.from([9, 9, 9, 0x00, 0x00, 0xff, 0x7f, 0x00, 0x80, 9]);
  const samples = buffer.subarray(3, 9);
  expect(mulawFromPcm16(samples)).toEqual(Uint8Array.of(0xff, 0x80, 0x00));
  expect(pcm16FromMulaw(Uint8Array.of(0xff, 0x80, 0x00))).toEqual(Uint8Array.of(0, 0, 0x7c, 0x7d, 0x84, 0x82));
});
