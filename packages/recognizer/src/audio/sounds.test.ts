import { expect, test } from "vitest";
import { soundsOf } from "./sounds.ts";

const kinds = (text: string) => soundsOf(text, false).map((sound) => sound.kind.slice(0, 2));

test.each([
  ["see", ["si", "vo"]],
  ["ship", ["st", "si", "vo", "st"]],
  ["plate", ["st", "so", "vo", "st"]],
  ["through", ["fr", "so", "vo"]],
  ["Nation,", ["so", "vo", "si", "vo", "so"]],
])("%s sounds like %j", (text, expected) => {
  expect(kinds(text)).toEqual(expected);
});

test("any text has a sound of some length", () => {
  for (const text of ["", "…", "7", "Ω", "'"]) {
    const sounds = soundsOf(text, true);
    expect(sounds.length).toBeGreaterThan(0);
    expect(sounds.every((sound) => sound.ms > 0)).toBe(true);
  }
});

test("people hurry over small words and draw out the last one", () => {
  const length = (text: string, last: boolean) => soundsOf(text, last).reduce((sum, { ms }) => sum + ms, 0);
  expect(length("the", false)).toBeLessThan(length("thy", false));
  expect(length("market", true)).toBeGreaterThan(length("market", false));
});
