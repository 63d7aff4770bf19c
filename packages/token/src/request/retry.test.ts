import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseRetryAfter, retryPause } from "./retry.ts";

const unit = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe("the pause before a retry", () => {
  it("doubles with every failure, below a ceiling", () => {
    const longest = [1, 2, 3, 10].map((failures) => retryPause({ failures, base: 500, random: 1 }));
    expect(longest).toEqual([500, 1000, 2000, 8000]);
  });

  it("is anywhere between nothing and that, and never shorter than Retry-After", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.nat(5_000),
        fc.nat(600),
        unit,
        (failures, base, after, random) => {
          const pause = retryPause({ failures, base, retryAfterSeconds: after, random });
          expect(pause).toBeGreaterThanOrEqual(after * 1000);
          expect(pause).toBeLessThanOrEqual(after * 1000 + 8_000);
          expect(retryPause({ failures, base, random: 0 })).toBe(0);
        },
      ),
    );
  });
});

describe("Retry-After", () => {
  const now = Date.UTC(2026, 0, 1);

  it.each([
    [null, undefined],
    ["", undefined],
    ["120", 120],
    [" 3 ", 3],
    ["0", 0],
    ["-1", undefined],
    ["1.5", undefined],
    ["soon", undefined],
    ["Thu, 01 Jan 2026 00:00:09 GMT", 9],
    ["Wed, 31 Dec 2025 00:00:00 GMT", 0],
  ])("%j is %s seconds", (header, seconds) => {
    expect(parseRetryAfter(header, now)).toBe(seconds);
  });

  it("is never negative, infinite or a fraction, for any header", () => {
    fc.assert(
      fc.property(fc.string(), (header) => {
        const seconds = parseRetryAfter(header, now) ?? 0;
        expect(Number.isSafeInteger(seconds) && seconds >= 0).toBe(true);
      }),
    );
  });
});
