import { expect, test } from "vitest";
import { numberWord } from "./number-word.ts";
import { type ScriptedWord, scripted } from "./scripted.ts";

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
  [
    "overlap on one channel",
    [
      { text: "a", start: 0, end: 500, channel: "agent" },
      { text: "b", start: 100, end: 600, channel: "caller" },
      { text: "c", start: 400, end: 700, channel: "agent" },
    ],
    '"c" at 400–700 ms begins before 500',
  ],
  [
    "begin before the one before them",
    [
      { text: "a", start: 300, end: 500, speaker: "A" },
      { text: "b", start: 200, end: 600, speaker: "B" },
    ],
    '"b" at 200–600 ms begins before 300',
  ],
  ["end before they begin", [{ text: "a", start: 500, end: 400 }], '"a" at 500–400 ms'],
  ["are two", [{ text: "a b", start: 0, end: 400 }], '"a b" is not one scripted word'],
  ["last for ever", [{ text: "a", start: 0, end: Number.POSITIVE_INFINITY }], '"a" at 0–Infinity ms'],
])("words that %s are refused", (_name, words, message) => {
  expect(() => scripted(words)).toThrow(message);
});

/** Texts of the words that a session says within `ms` of silence, written 50 ms at a time. */
async function saidWithin(ms: number, words: readonly ScriptedWord[], query?: URLSearchParams) {
  const session = await scripted(words).open({ heard() {}, failed() {} }, query);
  for (let at = 0; at < ms; at += 50) session.write(new Float32Array(800));
  const said = await session.endpoint();
  session.close();
  return said.map(({ text }) => text);
}

const call: readonly ScriptedWord[] = [
  { text: "welcome", start: 0, end: 2_000, channel: "agent" },
  { text: "hi", start: 200, end: 400, channel: "caller" },
  { text: "beep", start: 300, end: 500 },
  { text: "yes", start: 2_100, end: 2_300, channel: "caller" },
];

test("words of several voices overlap, and are said in the order of their starts, none twice", async () => {
  expect(await saidWithin(3_000, call)).toEqual(["welcome", "hi", "beep", "yes"]);
  expect(await saidWithin(500, call)).toEqual([]);
});

test("a session with `channel` in its URL hears the words of that channel and those of none", async () => {
  expect(await saidWithin(3_000, call, new URLSearchParams("channel=caller"))).toEqual(["hi", "beep", "yes"]);
  expect(await saidWithin(3_000, call, new URLSearchParams("channel=agent"))).toEqual(["welcome", "beep"]);
});
