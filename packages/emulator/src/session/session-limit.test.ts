import { expect, test } from "vitest";
import { ManualClock } from "../clock.ts";
import { OpenSessions } from "./session-limit.ts";

/** How many of `tries` sessions are opened now. */
function opened(sessions: OpenSessions, tries: number): number {
  let count = 0;
  for (let index = 0; index < tries; index++) {
    try {
      sessions.enter()();
      count++;
    } catch (error) {
      expect(error).toMatchObject({ code: 1_008, message: "Too many concurrent sessions" });
    }
  }
  return count;
}

test("new sessions per minute: the limit grows by 10% every 60 s, and ended sessions free no place", () => {
  const clock = new ManualClock();
  const sessions = new OpenSessions({ perMinute: 10 }, clock);
  expect(opened(sessions, 50)).toBe(10);
  clock.advance(59_999);
  expect(opened(sessions, 50)).toBe(0);
  clock.advance(1);
  expect(opened(sessions, 50)).toBe(11);
  clock.advance(60_000);
  expect(opened(sessions, 50)).toBe(12);
  clock.advance(8 * 60_000);
  expect(opened(sessions, 50)).toBe(25);
});

test("a place is free again a minute after it was taken, one by one", () => {
  const clock = new ManualClock();
  const sessions = new OpenSessions({ perMinute: 2 }, clock);
  expect(opened(sessions, 1)).toBe(1);
  clock.advance(30_000);
  expect(opened(sessions, 5)).toBe(1);
  clock.advance(30_000);
  expect(opened(sessions, 5)).toBe(1);
  clock.advance(30_000);
  expect(opened(sessions, 5)).toBe(1);
});
