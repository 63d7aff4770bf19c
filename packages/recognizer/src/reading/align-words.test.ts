import fc from "fast-check";
import { expect, test } from "vitest";
import { alignWords, bareWord } from "./align-words.ts";

const split = (text: string) => text.split(" ");

test("words are compared without case and punctuation", () => {
  expect(bareWord("Don't,")).toBe("don't");
  expect(alignWords(["Hello,"], ["hello"])).toEqual([{ a: 0, b: 0, same: true }]);
});

test("pairs what corresponds around an insertion and a substitution", () => {
  const pairs = alignWords(split("so we walked along"), split("so then we walk along"));
  expect(pairs).toEqual([
    { a: 0, b: 0, same: true },
    { a: undefined, b: 1, same: false },
    { a: 1, b: 2, same: true },
    { a: 2, b: 3, same: false },
    { a: 3, b: 4, same: true },
  ]);
});

test("as a prefix, leaves out what follows in the second list", () => {
  const pairs = alignWords(split("so we walked"), split("so we walked along the river"), true);
  expect(pairs.map((pair) => pair.b)).toEqual([0, 1, 2]);
});

test("every word of both lists is in exactly one pair, in order", () => {
  const words = fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 10 });
  fc.assert(
    fc.property(words, words, (a, b) => {
      const pairs = alignWords(a, b);
      expect(pairs.flatMap((pair) => pair.a ?? [])).toEqual(a.map((_, i) => i));
      expect(pairs.flatMap((pair) => pair.b ?? [])).toEqual(b.map((_, i) => i));
    }),
  );
});
