import fc from "fast-check";
import { expect, test } from "vitest";
import type { EngineWord } from "../engines/engine.ts";
import { LiveEdges } from "./edge-times.ts";

const word = (start: number, end: number): EngineWord => ({ text: "w", start, end, confidence: 1, final: true });

/** The first word's start and the last one's end, less the truth, of one-word turns with these pauses behind them. */
function errors(seed: number, turns: number, pauseMs: number) {
  const edges = new LiveEdges(seed);
  return Array.from({ length: turns }, (_, index) => {
    const start = (index + 1) * 5_000;
    const [said] = edges.close([word(start, start + 400)], start + 400 + pauseMs, false);
    return { early: (said?.start ?? 0) - start, late: (said?.end ?? 0) - (start + 400) };
  });
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

test("after silence the first word is early by 990 ms at the median and by a second at most", () => {
  const early = errors(1, 1_000, 430).map((turn) => turn.early);
  expect(Math.round(median(early) / 5) * 5).toBe(-990);
  expect(Math.min(...early)).toBeGreaterThanOrEqual(-1_000);
});

test("the last word is late by 240 ms at the median after the usual pause, by 70 to 1,344 ms after others", () => {
  const usual = errors(1, 1_000, 430).map((turn) => turn.late);
  expect(Math.round(median(usual) / 20) * 20).toBe(240);
  for (const pause of [100, 430, 1_536, 60_000])
    for (const { late } of errors(2, 200, pause)) {
      expect(late).toBeGreaterThanOrEqual(70);
      expect(late).toBeLessThanOrEqual(1_344);
    }
  expect(Math.max(...errors(3, 200, 60_000).map((turn) => turn.late))).toBe(1_344);
});

test("the same seed gives the same times, another one others", () => {
  expect(errors(7, 50, 900)).toEqual(errors(7, 50, 900));
  expect(errors(7, 50, 900)).not.toEqual(errors(8, 50, 900));
});

test("however turns lie, no first word is late, no end lies behind what was heard, and no turns overlap", () => {
  const turn = fc.record({
    gap: fc.nat(3_000),
    lengths: fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 4 }),
    pause: fc.integer({ min: -400, max: 3_000 }),
    through: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.nat(), fc.array(turn), (seed, turns) => {
      const edges = new LiveEdges(seed);
      let at = 0;
      let reported = 0;
      for (const { gap, lengths, pause, through } of turns) {
        at += gap;
        const words = lengths.map((length) => {
          at += length;
          return word(at - length, at);
        });
        const cutMs = Math.max(words.at(-1)?.start ?? 0, at + pause);
        const open = edges.open(words);
        const closed = edges.close(words, cutMs, through);
        // A partial has said where the turn begins.
        expect(closed[0]?.start).toBe(open[0]?.start);
        expect(open[0]?.start).toBeLessThanOrEqual(words[0]?.start ?? 0);
        expect(open[0]?.start).toBeGreaterThanOrEqual(Math.min(words[0]?.start ?? 0, reported));
        expect(closed.at(-1)?.end).toBeLessThanOrEqual(cutMs);
        expect(closed.slice(1, -1)).toEqual(words.slice(1, -1));
        for (const { start, end } of closed) expect(end).toBeGreaterThanOrEqual(start);
        reported = closed.at(-1)?.end ?? 0;
        at = Math.max(at, cutMs);
      }
    }),
  );
});
