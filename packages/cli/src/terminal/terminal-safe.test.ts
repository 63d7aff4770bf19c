import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { jsonLine, oneLine } from "./terminal-safe.ts";

/** Every character that Unicode calls a control, a separator of lines, or a control of the direction of text. */
const dangerous: readonly (readonly [from: number, to: number])[] = [
  [0, 0x1f],
  [0x7f, 0x9f],
  [0x61c, 0x61c],
  [0x200e, 0x200f],
  [0x2028, 0x202e],
  [0x2066, 0x2069],
];
const danger = (shown: string) =>
  Array.from(shown).filter((char) =>
    dangerous.some(([from, to]) => char >= String.fromCharCode(from) && char <= String.fromCharCode(to)),
  );
const text = fc.string({
  unit: fc.oneof(
    fc.constantFrom(
      "a",
      " ",
      "\n",
      "\x1b",
      "\x7f",
      "\x85",
      "\x9b",
      "\u061c",
      "\u200f",
      "\u2028",
      "\u202e",
      "\u2066",
      "\u2069",
    ),
    fc.string({ unit: "binary", minLength: 1, maxLength: 1 }),
  ),
});

describe("oneLine", () => {
  it("lets no control character through, be it C0, C1 or of the text's direction", () => {
    expect(oneLine("a\x1b[2Jb\r\nc\u2028 d\x07\u009be")).toBe("a [2Jb c d e");
    expect(oneLine("to\u202eyad\u2066 ok\u2069")).toBe("toyad ok");
    fc.assert(fc.property(text, (value) => void expect(danger(oneLine(value))).toEqual([])));
  });

  it("keeps the letters of every script, joiners and emoji", () => {
    const kept = "می‌خواهم नमस्ते 👩‍👩‍👧 é";
    expect(oneLine(kept)).toBe(kept);
  });
});

describe("jsonLine", () => {
  it("escapes what a terminal would act on", () => {
    expect(jsonLine({ a: "\x9b2J\u202e\x7f\n" })).toBe('{"a":"\\u009b2J\\u202e\\u007f\\n"}');
  });

  it("is the same value when it is read", () => {
    fc.assert(
      fc.property(fc.dictionary(text, text), (value) => {
        const line = jsonLine(value);
        expect(danger(line)).toEqual([]);
        expect(JSON.parse(line)).toEqual({ ...value });
      }),
    );
  });
});
