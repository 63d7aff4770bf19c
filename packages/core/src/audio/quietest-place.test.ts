import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { lookAhead, quietestPlace } from "./quietest-place.ts";

const around = (level: number) => fc.double({ min: level - 3, max: level + 3, noNaN: true });
const pause = (least: number) => fc.array(around(-60), { minLength: least, maxLength: 60 });
/** A word, with the short silences that words have inside. */
const spoken = fc
  .array(fc.tuple(fc.array(around(-15), { minLength: 4, maxLength: 20 }), fc.array(around(-55), { maxLength: 7 })), {
    minLength: 1,
    maxLength: 3,
  })
  .map((parts) => [...parts.flat(2), -15]);

describe("the place to take up speech again", () => {
  test("is the end of the last word if it is quiet there", () => {
    fc.assert(
      fc.property(spoken, pause(2 * lookAhead), (word, silence) => {
        expect(quietestPlace([...word, ...silence], lookAhead)).toBe(0);
      }),
    );
  });

  test("is the end of the last word if speech has just ended there, also if the word has silences inside", () => {
    fc.assert(
      fc.property(spoken, pause(lookAhead), (word, silence) => {
        expect(quietestPlace([...word, ...silence], silence.length)).toBe(0);
      }),
    );
  });

  test("is in the pause before the next word, wherever in that the reported end lies", () => {
    fc.assert(
      fc.property(spoken, pause(20), spoken, fc.nat(), (word, silence, next, at) => {
        const inside = 1 + (at % next.length);
        const place = word.length + silence.length + inside;
        const levels = [...word, ...silence, ...next].slice(0, place + lookAhead);
        const found = place - quietestPlace(levels, levels.length - place);
        expect(found).toBeGreaterThanOrEqual(word.length);
        expect(found).toBeLessThanOrEqual(word.length + silence.length);
      }),
    );
  });

  test("is the end of the last word if all is as loud, or nothing is known", () => {
    expect(quietestPlace(Array(100).fill(-20), 4)).toBe(0);
    expect(quietestPlace([], 0)).toBe(0);
  });
});
