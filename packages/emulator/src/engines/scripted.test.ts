import { expect, test } from "vitest";
import { numberWord } from "./number-word.ts";
import { scripted } from "./scripted.ts";

test("numbers are said as one word", () => {
  expect([0, 1, 13, 20, 21, 99, 100, 110, 342, 1_000].map(numberWord)).toEqual([
    "zero",
    "one",
    "thirteen",
    "twenty",
    "twenty-one",
    "ninety-nine",
    "one-hundred",
    "one-hundred-ten",
    "three-hundred-forty-two",
    "1000",
  ]);
});

test.each([
  [
    "overlap",
    [
      { text: "a", start: 0, end: 500 },
      { text: "b", start: 400, end: 600 },
    ],
    '"b" at 400–600 ms begins before 500',
  ],
  ["end before they begin", [{ text: "a", start: 500, end: 400 }], '"a" at 500–400 ms'],
  ["are two", [{ text: "a b", start: 0, end: 400 }], '"a b" is not one scripted word'],
  ["last for ever", [{ text: "a", start: 0, end: Number.POSITIVE_INFINITY }], '"a" at 0–Infinity ms'],
])("words that %s are refused", (_name, words, message) => {
  expect(() => scripted(words)).toThrow(message);
});
