import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { final, revision, silence, turn, word } from "../../test/messages.ts";
import type { SpeechStartedEvent } from "../protocol/messages.ts";
import { ConnectionTimeline } from "./connection-timeline.ts";
import { Timeline } from "./timeline.ts";

const speech = (timestamp: number): SpeechStartedEvent => ({ type: "SpeechStarted", timestamp });

/** A connection on which a minute of audio was sent, from source time `startMs` on. */
function begin(timeline: Timeline, startMs: number, replayedMs: number): ConnectionTimeline {
  const connection = new ConnectionTimeline(timeline, startMs, replayedMs);
  connection.sent(60_000, 0);
  return connection;
}

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

describe("word times", () => {
  test("of a first connection are the source's", () => {
    const connection = begin(new Timeline(), 0, 0);
    const event = turn(0, { words: [word(120, 480)] });
    expect(connection.admit(event)).toBeDefined();
    expect(event.words).toMatchObject([{ start: 120, end: 480 }]);
  });

  test("of a later connection start where its audio starts", () => {
    const connection = begin(new Timeline(), 7300, 9000);
    const event = turn(0, { words: [word(120, 480)] });
    connection.admit(event);
    expect(event.words).toMatchObject([{ start: 7420, end: 7780 }]);
  });

  test("map back exactly, after any cuts and padding", () => {
    const part = fc.record({ audio: fc.integer({ min: 0, max: 5000 }), padding: fc.integer({ min: 0, max: 950 }) });
    fc.assert(
      fc.property(fc.nat(1e6), fc.array(part, { maxLength: 20 }), fc.nat(3000), (startMs, parts, tail) => {
        const connection = new ConnectionTimeline(new Timeline(), startMs, startMs);
        const truth = new Map<number, number>();
        let [wire, at] = [0, startMs];
        for (const { audio, padding } of parts) {
          for (const inside of [0, audio >> 1]) if (audio > 0) truth.set(wire + inside, at + inside);
          wire += audio;
          at += audio;
          for (const inside of [0, padding >> 1]) if (padding > 0) truth.set(wire + inside, at);
          connection.sent(audio, padding);
          wire += padding;
        }
        connection.sent(tail, 0);
        truth.set(wire, at);
        truth.set(wire + tail, at + tail);
        truth.set(wire + tail + 1e9, at + tail);
        for (const [onWire, inSource] of truth) expect(connection.sourceMs(onWire)).toBe(inSource);
      }),
      { numRuns: 300 },
    );
  });

  test("never run backwards", () => {
    const part = fc.tuple(fc.integer({ min: 0, max: 500 }), fc.integer({ min: 0, max: 500 }));
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), fc.array(fc.nat(9000), { maxLength: 20 }), (parts, times) => {
        const connection = new ConnectionTimeline(new Timeline(), 0, 0);
        for (const [audio, padding] of parts) {
          connection.sent(audio, padding);
        }
        const mapped = times.sort((a, b) => a - b).map((ms) => connection.sourceMs(ms));
        expect(mapped).toEqual(mapped.toSorted((a, b) => a - b));
      }),
    );
  });
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

describe("a connection that another has replaced", () => {
  const replaced = () => {
    const timeline = new Timeline();
    const old = begin(timeline, 0, 0);
    old.admit(final(0, { words: [word(0, 500)] }));
    old.admit(turn(1, { words: [word(600, 900)] }));
    const next = begin(timeline, 500, 1000);
    old.retire();
    return { timeline, old, next };
  };

  test("no longer reports the turn that was open: the new one does", () => {
    const { old, next } = replaced();
    expect(old.admit(turn(1))).toBeUndefined();
    expect(old.admit(final(1))).toBeUndefined();
    const again = final(0, { words: [word(100, 400)] });
    expect(next.admit(again)).toBeDefined();
    expect(again).toMatchObject({ turn_order: 1, words: [{ start: 600, end: 900 }] });
  });

  test("no longer reports speech, silence and its health", () => {
    const { old } = replaced();
    expect(old.admit(speech(2000))).toBeUndefined();
    expect(old.admit(silence(1000, 3000))).toBeUndefined();
    const health = { total_audio_received_ms: 1, total_duration_ms: 1, realtime_factor: 1 };
    expect(old.admit({ type: "Heartbeat", ...health })).toBeUndefined();
  });

  test("may still revise the speakers of the turns it reported, and of no others", () => {
    const { old, next } = replaced();
    const event = revision(0, 1, 2);
    expect(old.admit(event)).toBeDefined();
    expect(event.revisions.map((each) => each.turn_order)).toEqual([0]);
    expect(old.admit(revision(1))).toBeUndefined();
    const own = revision(0);
    expect(next.admit(own)).toBeDefined();
    expect(own.revisions).toMatchObject([{ turn_order: 1, words: [{ start: 500, end: 600 }] }]);
  });

  test("may still bring the model's answer to the turns it reported, and to no others", () => {
    const { old, next } = replaced();
    const answer = (turn_order: number) =>
      ({ type: "LLMGatewayResponse", turn_order, transcript: "", data: 1 }) as const;
    expect(old.admit(answer(0))).toBeDefined();
    expect(old.admit(answer(1))).toBeUndefined();
    const own = answer(0);
    expect(next.admit(own)).toBeDefined();
    expect(own.turn_order).toBe(1);
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
