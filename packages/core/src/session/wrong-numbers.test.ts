import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { begin } from "../../test/attached-connection.ts";
import { final, silence, turn, word } from "../../test/messages.ts";
import { ConnectionTimeline } from "./connection-timeline.ts";
import { Timeline } from "./timeline.ts";

describe("a service that gives wrong numbers", () => {
  test("cannot move word times behind the audio that was sent", () => {
    const timeline = new Timeline();
    const connection = new ConnectionTimeline(timeline, 0, 0);
    connection.sent(1000, 0);
    const event = final(0, { words: [word(200, 1e9), word(-50, Number.NaN)] });
    expect(connection.admit(event)).toBeDefined();
    expect(event.words).toMatchObject([
      { start: 200, end: 1000 },
      { start: 0, end: 0 },
    ]);
    expect(timeline.settledMs).toBe(1000);
  });

  test("has every turn behind it read all the same", () => {
    const timeline = new Timeline();
    const connection = new ConnectionTimeline(timeline, 0, 0);
    connection.sent(1000, 0);
    connection.admit(final(0, { words: [word(200, 1e9)] }));
    connection.sent(1000, 0);
    const next = final(1, { words: [word(1200, 1800)] });
    expect(connection.admit(next)).toBeDefined();
    expect(next).toMatchObject({ turn_order: 1, words: [{ start: 1200, end: 1800 }] });
    expect(timeline.settledMs).toBe(1800);
  });

  test("settles audio up to the last of words in any order, and never a word that ends before it starts", () => {
    const timeline = new Timeline();
    const connection = begin(timeline, 0, 0);
    const event = final(0, { words: [word(500, 900), word(100, 300), word(400, 20)] });
    connection.admit(event);
    expect(timeline.settledMs).toBe(900);
    expect(event.words[2]).toMatchObject({ start: 400, end: 400 });
  });

  test.each([
    ["skips", [0, 7, 8]],
    ["starts elsewhere", [1e9, 1e9 + 1, 1e9 + 2]],
    ["jumps once and continues", [0, 1e9, 1]],
    ["jumps once to a number that is no integer", [0, 0.5, 1]],
    ["jumps once below 0", [0, -5, 1]],
    ["jumps beyond what numbers can count", [0, Number.MAX_VALUE, 1]],
    ["has no number", [0, Number.NaN, Number.POSITIVE_INFINITY]],
    ["repeats a number", [0, 0, 0]],
    ["counts down", [5, 4, 3]],
  ])("that %s: turns are read in the order in which they come", (_, orders) => {
    const timeline = new Timeline();
    const connection = begin(timeline, 0, 0);
    const seen = orders.flatMap((order, i) => {
      const readings = [
        turn(order, { words: [word(i * 1000 + 100, i * 1000 + 400)] }),
        final(order, { turn_is_formatted: true, words: [word(i * 1000 + 100, i * 1000 + 900)] }),
      ];
      return readings.map((event) => [connection.admit(event) !== undefined, event.turn_order, event.end_of_turn]);
    });
    expect(seen).toEqual([0, 1, 2].flatMap((order) => [false, true].map((ended) => [true, order, ended])));
    expect(timeline.settledMs).toBe(2900);
  });

  test("whose final turns repeat what was said has only their new words read", () => {
    const connection = begin(new Timeline(), 0, 0);
    connection.admit(final(0, { turn_is_formatted: true, transcript: "a", words: [word(0, 500)] }));
    const again = final(0, { turn_is_formatted: true, transcript: "a a", words: [word(0, 500), word(600, 900)] });
    expect(connection.admit(again)).toBeDefined();
    expect(again).toMatchObject({ turn_order: 1, transcript: "a", words: [{ start: 600, end: 900 }] });
  });

  test("and no words has a text read once", () => {
    const connection = begin(new Timeline(), 0, 0);
    const said = ["one", "one", "two"].map((transcript) =>
      connection.admit(final(0, { turn_is_formatted: true, transcript, words: [] })),
    );
    expect(said).toEqual(["ended", undefined, "ended"]);
  });

  test("of silence hides no later silence", () => {
    const connection = new ConnectionTimeline(new Timeline(), 0, 0);
    connection.sent(1000, 0);
    expect(connection.admit(silence(0, 1e9))).toBeDefined();
    connection.sent(1000, 0);
    expect(connection.admit(silence(1000, 2000))).toBeDefined();
  });
});

test("for any numbers, later words are read, in turns that continue by one, and no time lies behind the audio", () => {
  const wild = fc.oneof(
    { weight: 3, arbitrary: fc.integer({ min: -2, max: 6 }) },
    fc.double(),
    fc.constantFrom(1e9, -1e9, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, Number.MAX_VALUE, 2 ** 53),
  );
  const lie = fc.record({
    kind: fc.constant("lie" as const),
    order: wild,
    final: fc.boolean(),
    formatted: fc.boolean(),
    words: fc.array(fc.tuple(wild, wild), { maxLength: 3 }),
  });
  const step = fc.oneof(
    lie,
    fc.record({ kind: fc.constant("word" as const), order: wild }),
    fc.record({ kind: fc.constant("drop" as const) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const timeline = new Timeline();
      let connection = new ConnectionTimeline(timeline, 0, 0);
      let [start, reached] = [0, 0];
      const finals: number[] = [];
      let newest = -1;
      const read = (event: ReturnType<typeof turn>) => {
        const next = timeline.nextTurn;
        const admitted = connection.admit(event);
        for (const { start: from = -1, end: to = -1 } of event.words) {
          expect(from).toBeGreaterThanOrEqual(0);
          expect(Number(to)).toBeGreaterThanOrEqual(Number(from));
          expect(to).toBeLessThanOrEqual(reached);
        }
        // Or it is the formatted form of an earlier one.
        if (admitted && event.turn_order >= next) {
          expect(event.turn_order).toBeLessThanOrEqual(newest + 1);
          newest = Math.max(newest, event.turn_order);
          if (event.end_of_turn) finals.push(event.turn_order);
        }
        if (admitted) expect(Number.isSafeInteger(event.turn_order)).toBe(true);
        expect(timeline.settledMs).toBeLessThanOrEqual(reached);
        expect(timeline.nextTurn).toBe((finals.at(-1) ?? -1) + 1);
        return admitted;
      };
      for (const step of steps) {
        if (step.kind === "drop") {
          start = timeline.settledMs;
          connection = new ConnectionTimeline(timeline, start, reached);
          connection.sent(reached - start, 0);
        } else if (step.kind === "word") {
          // Audio continues, and a word in it becomes final under any number.
          const at = reached - start;
          connection.sent(1000, 0);
          reached += 1000;
          const event = final(step.order, { turn_is_formatted: true, words: [word(at + 200, at + 800)] });
          expect(read(event)).toBeDefined();
          expect(event.words).toMatchObject([{ start: start + at + 200, end: start + at + 800 }]);
        } else {
          const words = step.words.map(([from, to]) => word(from, to));
          read(turn(step.order, { end_of_turn: step.final, turn_is_formatted: step.formatted, words }));
        }
      }
    }),
    { numRuns: 500 },
  );
});
