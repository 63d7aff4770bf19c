import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { final, turn } from "../../test/messages.ts";
import type { Word } from "../protocol/messages.ts";
import { RepeatedWords } from "./repeated-words.ts";

const word = (text: string, start: number, end: number): Word => ({
  start,
  end,
  text,
  confidence: 0.9,
  word_is_final: true,
});
const covered = { startMs: 700, endMs: 1_300, text: "Paris." };
const texts = (words: readonly Word[]) => words.map(({ text }) => text);

describe("a connection whose audio starts before the end of the last final turn", () => {
  test("says a next word whose start is a second early: it is new", () => {
    const partial = turn(0, { words: [word("and", 500, 1_600)] });
    expect(new RepeatedWords(covered).remove(partial)).toBe(false);
    expect(texts(partial.words)).toEqual(["and"]);
  });

  test("says the last word again, which ends later than it did: it is repeated, and so is a part of it", () => {
    const event = final(0, { words: [word("paris", 600, 1_450)] });
    expect(new RepeatedWords(covered).remove(event)).toBe(true);
    expect(event).toMatchObject({ words: [], transcript: "" });
    const parts = new RepeatedWords(covered);
    parts.remove(turn(0, { words: [word("wrist", 900, 1_100)] }));
    const part = final(0, { words: [word("Wrist.", 900, 1_500)] });
    expect(parts.remove(part)).toBe(true);
    expect(part.words).toEqual([]);
  });

  test("says a next word in which the reported end lies, after a pause: it is new, though a partial ends it earlier", () => {
    const words = new RepeatedWords(covered, 0);
    words.remove(turn(0, { words: [word("and.", 1_130, 1_290)] }));
    const event = final(0, { words: [word("And.", 1_130, 1_320)] });
    expect(words.remove(event)).toBe(false);
    expect(texts(event.words)).toEqual(["And."]);
    const again = new RepeatedWords(covered, 0);
    again.remove(turn(0, { words: [word("Paris", 750, 1_250)] }));
    const repeated = final(0, { words: [word("Paris.", 750, 1_600)] });
    expect(again.remove(repeated)).toBe(true);
  });

  test("says both in one turn: the rest of it is new", () => {
    const event = final(0, {
      words: [word("in", 500, 700), word("Paris", 750, 1_250), word("and", 1_400, 1_550), word("Rome.", 1_600, 2_600)],
    });
    expect(new RepeatedWords(covered).remove(event)).toBe(true);
    expect(event).toMatchObject({ words: [{ text: "and" }, { text: "Rome." }], transcript: "and Rome." });
  });

  test("says the same word once more as a turn of its own: that is new", () => {
    const repeated = new RepeatedWords(covered);
    repeated.remove(turn(0, { words: [word("Paris", 500, 1_650)] }));
    const event = final(0, { words: [word("Paris.", 500, 1_700)] });
    expect(repeated.remove(event)).toBe(false);
  });

  test("starts in the pause before a word in which the last one was said to end: that is new", () => {
    const event = turn(0, { words: [word("and", 1_150, 1_310)] });
    expect(new RepeatedWords(covered, 0).remove(event)).toBe(false);
    const last = turn(0, { words: [word("Paris", 600, 1_230)] });
    expect(new RepeatedWords(covered, 0).remove(last)).toBe(true);
  });

  test("gives no times: nothing is taken for repeated", () => {
    const event = final(0, { words: [{ ...word("in", 0, 0), start: Number.NaN }] });
    expect(new RepeatedWords(covered).remove(event)).toBe(false);
  });
});

interface Spoken {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** Turns of words, few of which differ, with the pauses that end them. */
const speech = fc
  .array(
    fc.array(
      fc.record({
        text: fc.constantFrom("yes", "no", "and", "Paris"),
        length: fc.integer({ min: 80, max: 700 }),
        gap: fc.integer({ min: 0, max: 250 }),
      }),
      { minLength: 1, maxLength: 5 },
    ),
    { minLength: 2, maxLength: 5 },
  )
  .chain((turns) =>
    fc.tuple(
      fc.constant(turns),
      fc.array(fc.integer({ min: 420, max: 2_500 }), { minLength: turns.length, maxLength: turns.length }),
    ),
  )
  .map(([turns, pauses]) => {
    let at = 500;
    return turns.map((words, index) => {
      const said = words.map(({ text, length, gap }): Spoken => {
        const start = at + gap;
        at = start + length;
        return { text, start, end: at };
      });
      at += pauses[index] ?? 0;
      return said;
    });
  });

/** How the service reports times: those of US are right but for a little, those of U3 absorb silence. */
interface Service {
  readonly early: number;
  /** Of the silence after a turn's last word, in ms, at the most. */
  readonly late: (random: number, pauseMs: number) => number;
  readonly jitter: number;
}

const services: Record<string, Service> = {
  US: { early: 0, late: () => 0, jitter: 40 },
  U3: { early: 1_000, late: (random, pauseMs) => 70 + random * (Math.min(1_344, pauseMs - 100) - 70), jitter: 0 },
};

describe.each(Object.entries(services))(
  "%s, on any speech, taken up anywhere before its last final turn's end",
  (_, service) => {
    test("has each new word read once, and none of the old ones", () => {
      const randoms = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 40, maxLength: 40 });
      fc.assert(
        fc.property(speech, fc.nat(), fc.nat(1_000), randoms, (turns, which, before, drawn) => {
          let draws = 0;
          const random = () => drawn[draws++ % drawn.length] ?? 0;
          const pauseAfter = (index: number) =>
            (turns[index + 1]?.[0]?.start ?? Number.POSITIVE_INFINITY) - (turns[index]?.at(-1)?.end ?? 0);
          const lateEnd = (index: number, end: number) =>
            end + service.late(random(), Math.min(2_500, pauseAfter(index)));
          const settled = which % (turns.length - 1);
          const last = turns[settled]?.at(-1) ?? expect.fail();
          const endMs = lateEnd(settled, last.end);
          const fromMs = endMs - before;
          const repeated = new RepeatedWords({ startMs: last.start, endMs, text: last.text });
          const jitter = () => service.jitter * (2 * random() - 1);

          const read: string[] = [];
          let order = 0;
          for (const [index, said] of turns.entries()) {
            const heard = said.flatMap(({ text, start, end }) => {
              if (start >= fromMs) return [{ text, start: start + jitter(), end: end + jitter() }];
              return end - fromMs > 30 ? [{ text: "part", start: fromMs, end: end + jitter() }] : [];
            });
            const [first, ...others] = heard;
            if (first === undefined) continue;
            const words = [{ ...first, start: Math.max(fromMs, first.start - service.early * random()) }, ...others];
            const wire = words.map(({ text, start, end }) => word(text, start, end));
            for (let shown = 1; shown <= wire.length; shown++)
              repeated.remove(turn(order, { words: wire.slice(0, shown).map((one) => ({ ...one })) }));
            const ended = wire.map((one, i) =>
              i === wire.length - 1 ? { ...one, end: lateEnd(index, Number(one.end)) } : one,
            );
            const event = final(order++, { words: ended });
            repeated.remove(event);
            read.push(...texts(event.words));
          }
          expect(read).toEqual(turns.slice(settled + 1).flatMap((said) => said.map(({ text }) => text)));
        }),
        { numRuns: 2_000 },
      );
    });
  },
);
