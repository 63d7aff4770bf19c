import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { begin } from "../../test/attached-connection.ts";
import { final, revision, silence, turn, word } from "../../test/messages.ts";
import type { SpeechStartedEvent } from "../protocol/messages.ts";
import { ConnectionTimeline } from "./connection-timeline.ts";
import { Timeline } from "./timeline.ts";

const speech = (timestamp: number): SpeechStartedEvent => ({ type: "SpeechStarted", timestamp });

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
