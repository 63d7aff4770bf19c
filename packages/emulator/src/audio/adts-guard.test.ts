import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { AdtsGuard } from "./adts-guard.ts";

const aac = new Uint8Array(readFileSync(new URL("../../test/fixtures/tone.aac", import.meta.url)));
const ftyp = Uint8Array.of(0, 0, 0, 16, ...Buffer.from("ftypM4A "), 0, 0, 0, 0);

test.each([1, 2, 3, 700])("ADTS passes whole, in messages of %i bytes", (size) => {
  const guard = new AdtsGuard();
  const passed: number[] = [];
  for (let start = 0; start < aac.length; start += size) passed.push(...guard.pass(aac.subarray(start, start + size)));
  expect(passed.length).toBe(aac.length);
  expect(Buffer.from(passed).equals(aac)).toBe(true);
});

test("an MP4 file is refused, first, after an empty message, in pieces, or behind the bytes of a frame", () => {
  expect(() => new AdtsGuard().pass(ftyp)).toThrow("ADTS");
  for (const before of [[], [0xff], [0xff, 0xf1], [...aac.subarray(0, 6)]]) {
    const guard = new AdtsGuard();
    guard.pass(Uint8Array.from(before));
    expect(() => {
      guard.pass(ftyp.subarray(0, before.length === 1 ? 1 : 16));
    }).toThrow(/ADTS/);
  }
  expect(() => new AdtsGuard().pass(Uint8Array.of(0xff, 0xf1, 0, 0, ...Buffer.from("ftyp")))).toThrow("MP4");
});

test("what is no audio at all is refused", () => {
  expect(() => new AdtsGuard().pass(Uint8Array.of(0))).toThrow("ADTS");
  expect(() => new AdtsGuard().pass(Uint8Array.of(0xff, 0x00))).toThrow("ADTS");
});
