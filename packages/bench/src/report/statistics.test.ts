import * as fc from "fast-check";
import { expect, test } from "vitest";
import { median, percentile } from "./statistics.ts";

test("the median of an odd count is the middle sample, of an even count the mean of the middle two", () => {
  expect(median([9, 1, 5])).toBe(5);
  expect(median([4, 1, 3, 2])).toBe(2.5);
});

test("percentiles lie between their neighbours", () => {
  const samples = Array.from({ length: 101 }, (_, i) => i);
  expect(percentile(samples, 0.99)).toBe(99);
  expect(percentile([0, 10], 0.25)).toBe(2.5);
});

test("numbers are sorted as numbers", () => {
  expect(median([100, 9, 20])).toBe(20);
});

test("no samples give no figure", () => {
  expect(median([])).toBeNaN();
});

test("a percentile never leaves the samples' range and grows with p", () => {
  const samples = fc.array(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), { minLength: 1 });
  const share = fc.double({ noNaN: true, min: 0, max: 1 });
  fc.assert(
    fc.property(samples, share, share, (values, a, b) => {
      const low = percentile(values, Math.min(a, b));
      const high = percentile(values, Math.max(a, b));
      expect(low).toBeGreaterThanOrEqual(Math.min(...values));
      expect(high).toBeLessThanOrEqual(Math.max(...values));
      expect(low).toBeLessThanOrEqual(high + 1e-9);
    }),
  );
});
