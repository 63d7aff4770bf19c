import fc from "fast-check";
import { expect, test } from "vitest";
import { wordErrorRate } from "./word-error-rate.ts";

test("the same words have no errors, ignoring case and punctuation", () => {
  expect(wordErrorRate("And so, my fellow Americans.", "and so my fellow-americans")).toBe(0);
});

test.each([
  ["a substitution", "one too three four", 0.25],
  ["a missing word", "one three four", 0.25],
  ["an added word", "one two and three four", 0.25],
  ["nothing heard", "", 1],
])("counts %s", (_, heard, rate) => {
  expect(wordErrorRate("one two three four", heard)).toBe(rate);
});

test("refuses a reference without words", () => {
  expect(() => wordErrorRate(" … ", "one")).toThrow(RangeError);
});

test("is at least the difference in length, and at most the longer of the two", () => {
  const words = fc.array(fc.constantFrom("a", "b", "c"), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(words, words, (a, b) => {
      const edits = Math.round(wordErrorRate(a.join(" "), b.join(" ")) * a.length);
      expect(edits).toBeGreaterThanOrEqual(Math.abs(a.length - b.length));
      expect(edits).toBeLessThanOrEqual(Math.max(a.length, b.length));
    }),
  );
});
