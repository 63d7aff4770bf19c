import { expect, test } from "vitest";
import { turnText, turnTexts } from "./turn-script.ts";

test("a turn has the asked number of words, in time order and within the audio heard so far", () => {
  for (const [reading, text] of turnTexts(45, 12).entries()) {
    const turn = JSON.parse(text);
    expect(turn.words).toHaveLength(12);
    const times = turn.words.flatMap(({ start, end }: { start: number; end: number }) => [start, end]);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(times.at(-1)).toBeLessThanOrEqual((reading + 1) * 200);
  }
});

test("every twentieth reading is final, and the next one opens the next turn", () => {
  const turns = turnTexts(41, 12).map((text) => JSON.parse(text));
  expect(turns.flatMap((turn, i) => (turn.end_of_turn ? [i] : []))).toEqual([19, 39]);
  expect(turns[19].turn_order).toBe(0);
  expect(turns[20].turn_order).toBe(1);
});

test("a given transcript replaces the spoken words", () => {
  expect(JSON.parse(turnText(3, 5, "12345")).transcript).toBe("12345");
});
