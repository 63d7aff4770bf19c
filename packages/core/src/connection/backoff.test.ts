import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { backoff } from "./backoff.ts";

describe("backoff", () => {
  test("doubles the most that it may wait, up to the limit", () => {
    const most = [1, 2, 3, 4, 5, 6].map((attempt) => backoff(attempt, 500, 10_000, () => 1));
    expect(most).toEqual([500, 1000, 2000, 4000, 8000, 10_000]);
  });

  test("is spread over all of it, from nothing on", () => {
    expect([0, 0.25, 0.5].map((random) => backoff(3, 500, 10_000, () => random))).toEqual([0, 500, 1000]);
  });

  test("is none, at any attempt, where none is wanted", () => {
    for (const attempt of [1, 2, 1025, 1e6]) expect(backoff(attempt, 0, 10_000, () => 0.5)).toBe(0);
  });

  test("stays between 0 and the limit, in whole ms, for any attempt", () => {
    const ms = fc.integer({ min: 0, max: 2 ** 31 - 1 });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2 ** 31 }),
        ms,
        ms,
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (attempt, base, max, random) => {
          const delay = backoff(attempt, base, max, () => random);
          expect(Number.isInteger(delay)).toBe(true);
          expect(delay).toBeGreaterThanOrEqual(0);
          expect(delay).toBeLessThanOrEqual(max);
        },
      ),
    );
  });
});
