import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { StallWatch } from "./stall-watch.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function watch() {
  const changes: boolean[] = [];
  const stall = new StallWatch(() => changes.push(stall.stalled));
  stall.start();
  return { stall, changes };
}

test("audio that flows is never called stalled", () => {
  const { stall, changes } = watch();
  for (let ms = 0; ms < 60_000; ms += 50) {
    vi.advanceTimersByTime(50);
    stall.heard();
  }
  expect(changes).toEqual([]);
});

test("audio that stays away for longer than any pause is stalled, once, until it comes again", () => {
  const { stall, changes } = watch();
  stall.heard();
  vi.advanceTimersByTime(60_000);
  expect(changes).toEqual([true]);
  expect(stall.broken).toBe(true);
  stall.heard();
  expect(changes).toEqual([true, false]);
  vi.advanceTimersByTime(60_000);
  expect(changes).toEqual([true, false, true]);
});

test("chunks that waited behind a busy page count, though the timer comes first", () => {
  const { stall, changes } = watch();
  vi.advanceTimersByTime(5_000);
  stall.heard();
  vi.advanceTimersByTime(4_000);
  expect(changes).toEqual([]);
});

test("audio that never came is stalled, but not broken", () => {
  const { stall } = watch();
  vi.advanceTimersByTime(10_000);
  expect([stall.stalled, stall.broken]).toEqual([true, false]);
});

test("nothing is left of it when it has stopped", () => {
  const { stall, changes } = watch();
  stall.stop();
  expect(vi.getTimerCount()).toBe(0);
  vi.advanceTimersByTime(60_000);
  expect(changes).toEqual([]);
});
