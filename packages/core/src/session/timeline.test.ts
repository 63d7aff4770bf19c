import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { begin } from "../../test/attached-connection.ts";
import { final, silence, turn, word } from "../../test/messages.ts";
import type { SpeechStartedEvent } from "../protocol/messages.ts";
import { Timeline } from "./timeline.ts";

const speech = (timestamp: number): SpeechStartedEvent => ({ type: "SpeechStarted", timestamp });

test("what an event brings is said: news, the end of a turn, and more audio that final turns cover", () => {
  const connection = begin(new Timeline(), 0, 0);
  const brings = [
    turn(0, { words: [word(0, 500)] }),
    final(0, { words: [word(0, 500)] }),
    final(0, { turn_is_formatted: true, words: [word(0, 500)] }),
    final(1),
    final(1),
    silence(500, 900),
  ].map((event) => connection.admit(event));
  expect(brings).toEqual(["news", "settled", "news", "ended", undefined, "news"]);
});

describe("turn numbers", () => {
  test("continue over any number of connections, without gaps or repeats, and so do the times of final words", () => {
    // Each connection: how many turns become final, whether one is open when it drops, how far back replay starts.
    const connection = fc.record({ finals: fc.nat(4), open: fc.boolean() });
    fc.assert(
      fc.property(fc.array(connection, { minLength: 1, maxLength: 8 }), (connections) => {
        const timeline = new Timeline();
        const told: number[] = [];
        const ends: number[] = [];
        let reached = 0;
        for (const { finals, open } of connections) {
          const start = timeline.settledMs;
          const connection = begin(timeline, start, reached);
          for (let order = 0; order < finals + Number(open); order++) {
            const words = [word(order * 1000 + 200, order * 1000 + 1000)];
            expect(connection.admit(turn(order, { words: structuredClone(words) }))).toBeDefined();
            if (order === finals) break;
            const event = final(order, { words });
            expect(connection.admit(event)).toBeDefined();
            told.push(event.turn_order);
            ends.push(event.words[0]?.end ?? 0);
          }
          reached = start + (finals + 1) * 1000;
        }
        expect(told).toEqual(told.map((_, i) => i));
        expect(ends).toEqual(ends.map((_, i) => (i + 1) * 1000));
        expect(timeline.settledMs).toBe(ends.length * 1000);
      }),
    );
  });
});

describe("final turns", () => {
  test("move the point from which replay starts, and never back", () => {
    const timeline = new Timeline();
    const connection = begin(timeline, 0, 0);
    connection.admit(turn(0, { words: [word(0, 900)] }));
    expect(timeline.settledMs).toBe(0);
    expect(timeline.turnOpen).toBe(true);
    connection.admit(final(0, { words: [word(0, 900)] }));
    expect(timeline.settledMs).toBe(900);
    expect(timeline.turnOpen).toBe(false);
    connection.admit(final(1));
    expect(timeline.settledMs).toBe(900);
  });

  test("that come twice are reported once", () => {
    const connection = begin(new Timeline(), 0, 0);
    expect(connection.admit(final(0, { turn_is_formatted: true }))).toBeDefined();
    expect(connection.admit(final(0, { turn_is_formatted: true }))).toBeUndefined();
    expect(connection.admit(final(0))).toBeUndefined();
    expect(connection.admit(turn(0))).toBeUndefined();
  });

  test("that come unformatted are reported again, once, when they come formatted", () => {
    const connection = begin(new Timeline(), 0, 0);
    expect(connection.admit(final(0))).toBeDefined();
    expect(connection.admit(final(0))).toBeUndefined();
    expect(connection.admit(turn(0, { turn_is_formatted: true }))).toBeUndefined();
    expect(connection.admit(final(0, { turn_is_formatted: true }))).toBeDefined();
    expect(connection.admit(final(0, { turn_is_formatted: true }))).toBeUndefined();
  });

  test("get their formatted form though later turns became final before it", () => {
    const connection = begin(new Timeline(), 0, 0);
    for (const order of [0, 1, 2]) connection.admit(final(order));
    for (const order of [0, 2, 1]) expect(connection.admit(final(order, { turn_is_formatted: true }))).toBeDefined();
    for (const order of [0, 1, 2]) expect(connection.admit(final(order, { turn_is_formatted: true }))).toBeUndefined();
  });

  test("are still formatted by the old connection after a new one has gone on", () => {
    const timeline = new Timeline();
    const old = begin(timeline, 0, 0);
    old.admit(final(0, { words: [word(0, 500)] }));
    const next = begin(timeline, 500, 600);
    old.retire();
    next.admit(final(0, { turn_is_formatted: true, words: [word(0, 500)] }));
    expect(old.admit(final(0, { turn_is_formatted: true }))).toBeDefined();
  });
});

describe("Silence", () => {
  test("ranges overlap no earlier ones, on any connection", () => {
    const range = fc.tuple(fc.nat(10_000), fc.nat(3000));
    fc.assert(
      fc.property(fc.array(fc.array(range, { maxLength: 8 }), { maxLength: 4 }), (connections) => {
        const timeline = new Timeline();
        let until = 0;
        let start = 0;
        for (const ranges of connections) {
          const connection = begin(timeline, start, start);
          for (const [from, length] of ranges) {
            const event = silence(from, from + length);
            if (!connection.admit(event)) {
              expect(start + from + length <= until || length === 0).toBe(true);
              continue;
            }
            expect(event.start_ms).toBe(Math.max(until, start + from));
            expect(event.end_ms).toBe(start + from + length);
            expect(event.end_ms).toBeGreaterThan(event.start_ms);
            until = event.end_ms;
          }
          start += 4000;
        }
      }),
    );
  });
});

test("a silence of no length hides none that comes before it", () => {
  const connection = begin(new Timeline(), 0, 0);
  expect([silence(500, 500), silence(100, 200)].map((event) => connection.admit(event) !== undefined)).toEqual([
    false,
    true,
  ]);
});

describe("SpeechStarted", () => {
  test("is reported at its place in the source", () => {
    const event = speech(1216);
    expect(begin(new Timeline(), 10_000, 10_000).admit(event)).toBeDefined();
    expect(event.timestamp).toBe(11_216);
  });

  test("is not reported again when replay brings the same speech again", () => {
    const timeline = new Timeline();
    expect(begin(timeline, 0, 0).admit(speech(500))).toBeDefined();
    const next = begin(timeline, 0, 2000);
    expect(next.admit(speech(510))).toBeUndefined();
    expect(next.admit(final(0, { words: [word(500, 900)] }))).toBeDefined();
    expect(next.admit(speech(1500))).toBeDefined();
  });

  test("is reported when the replayed speech was not reported before, and when it is new", () => {
    const timeline = new Timeline();
    begin(timeline, 0, 0).admit(final(0, { words: [word(0, 400)] }));
    expect(begin(timeline, 400, 2000).admit(speech(100))).toBeDefined();
    const fresh = new Timeline();
    begin(fresh, 0, 0).admit(speech(500));
    expect(begin(fresh, 0, 2000).admit(speech(2500))).toBeDefined();
  });

  test("is no moment to change connections; a final turn is", () => {
    const timeline = new Timeline();
    const connection = begin(timeline, 0, 0);
    expect(timeline.atBoundary).toBe(true);
    connection.admit(speech(0));
    expect(timeline.atBoundary).toBe(false);
    connection.admit(final(0));
    expect(timeline.atBoundary).toBe(true);
  });
});

test("a turn that begins while another is open has a number of its own", () => {
  const connection = begin(new Timeline(), 0, 0);
  const numbers = [turn(0), turn(1), final(1), turn(2)].map((event) => [
    connection.admit(event) !== undefined,
    event.turn_order,
  ]);
  expect(numbers).toEqual([0, 1, 1, 2].map((order) => [true, order]));
});
