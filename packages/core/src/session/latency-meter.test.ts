import { describe, expect, test } from "vitest";
import { final, turn, word } from "../../test/messages.ts";
import { LatencyMeter } from "./latency-meter.ts";

/** A meter to which `count` messages of 50 ms were sent, one every 50 ms from time 1000 on. */
function streaming(count: number): LatencyMeter {
  const meter = new LatencyMeter();
  for (let i = 1; i <= count; i++) meter.sent(i * 50, 1000 + i * 50);
  return meter;
}

describe("latency", () => {
  test("is unknown before the first turn", () => {
    expect(streaming(10)).toMatchObject({ firstPartialMs: undefined, endOfTurnMs: undefined });
  });

  test("of the first partial counts from the audio of its first word's end, once a turn", () => {
    const meter = streaming(20);
    meter.turn(turn(0, { words: [word(100, 420), word(430, 600)] }), 2300);
    // The message that ends at 450 ms left at 1450.
    expect(meter.firstPartialMs).toBe(850);
    meter.turn(turn(0, { words: [word(100, 420)] }), 9000);
    expect(meter.firstPartialMs).toBe(850);
    meter.turn(turn(1, { words: [word(700, 750)] }), 2000);
    expect(meter.firstPartialMs).toBe(250);
  });

  test("waits for the first reading that has words", () => {
    const meter = streaming(20);
    meter.turn(turn(0), 1500);
    expect(meter.firstPartialMs).toBeUndefined();
    meter.turn(turn(0, { words: [word(0, 500)] }), 1600);
    expect(meter.firstPartialMs).toBe(100);
  });

  test("of the end of a turn counts from the audio of its last word's end, to its first final form", () => {
    const meter = streaming(20);
    meter.turn(final(0, { words: [word(100, 420), word(430, 600)] }), 2000);
    expect(meter.endOfTurnMs).toBe(400);
    meter.turn(final(0, { words: [word(100, 420), word(430, 600)], turn_is_formatted: true }), 5000);
    expect(meter.endOfTurnMs).toBe(400);
  });

  test("is known for a word within the very first message", () => {
    const meter = streaming(1);
    meter.turn(final(0, { words: [word(0, 30)] }), 1100);
    expect(meter).toMatchObject({ firstPartialMs: 50, endOfTurnMs: 50 });
  });

  test("counts from the last time that the audio left, where it was replayed", () => {
    const meter = streaming(20);
    for (let i = 5; i <= 20; i++) meter.sent(i * 50, 10_000 + i);
    meter.turn(final(0, { words: [word(100, 400)] }), 10_100);
    expect(meter.endOfTurnMs).toBe(92);
  });

  test("counts from the replay also for a word in its first message", () => {
    const meter = streaming(20);
    for (let i = 5; i <= 20; i++) meter.sent(i * 50, 10_000 + i);
    meter.turn(final(0, { words: [word(200, 230)] }), 10_100);
    expect(meter.endOfTurnMs).toBe(95);
  });

  test("of a turn is not measured again by a second form that comes after the next turn has begun", () => {
    const meter = streaming(20);
    meter.turn(final(0, { words: [word(100, 400)] }), 1500);
    meter.turn(turn(1, { words: [word(500, 600)] }), 1700);
    meter.turn(final(0, { words: [word(100, 400)], turn_is_formatted: true }), 5000);
    expect(meter).toMatchObject({ firstPartialMs: 100, endOfTurnMs: 100 });
  });

  test("stays what it was where the audio left too long ago, or not yet", () => {
    const meter = streaming(2000);
    meter.turn(final(0, { words: [word(0, 99_000)] }), 101_000);
    expect(meter.endOfTurnMs).toBe(1000);
    meter.turn(final(1, { words: [word(0, 50)] }), 101_000);
    meter.turn(final(2, { words: [word(0, 200_000)] }), 101_000);
    meter.turn(final(3), 101_000);
    expect(meter.endOfTurnMs).toBe(1000);
  });
});
