import fc from "fast-check";
import { expect, test } from "vitest";
import { LevelMeter, type LevelReport, LevelReporter, measureLevel } from "./level.ts";

const sine = Float32Array.from({ length: 16_000 }, (_, n) => Math.sin((2 * Math.PI * n) / 160));

test("a sine at full scale peaks at 0 dBFS and has an RMS of -3.01", () => {
  const { rms, peak } = measureLevel(sine);
  expect(rms).toBeCloseTo(-3.0103, 3);
  expect(peak).toBeCloseTo(0, 3);
});

test("a square wave at half scale is at -6.02, with either sign", () => {
  const { rms, peak } = measureLevel(Float32Array.of(-0.5, 0.5, -0.5, -0.5));
  expect(rms).toBeCloseTo(-6.0206, 4);
  expect(peak).toBeCloseTo(-6.0206, 4);
});

test("silence, and nothing at all, are at minus infinity", () => {
  const silent = { rms: Number.NEGATIVE_INFINITY, peak: Number.NEGATIVE_INFINITY };
  expect(measureLevel(new Float32Array(10))).toEqual(silent);
  expect(measureLevel(new Float32Array(0))).toEqual(silent);
});

test("a meter gathers pieces into one level and then begins again", () => {
  const meter = new LevelMeter();
  meter.push(sine.subarray(0, 1_000));
  meter.push(sine, 1_000);
  expect(meter.count).toBe(16_000);
  expect(meter.read()).toEqual(measureLevel(sine));
  expect(meter.read().peak).toBe(Number.NEGATIVE_INFINITY);
});

test("reports the same blocks, wherever the input is cut", () => {
  const report = (sizes: readonly number[]) => {
    const levels: LevelReport[] = [];
    const reporter = new LevelReporter(1_000, 0.1, (level) => levels.push(level));
    for (let at = 0, i = 0; at < 1_050; i++) {
      const end = Math.min(at + (sizes[i % sizes.length] ?? 1), 1_050);
      reporter.push(sine.subarray(at, end));
      at = end;
    }
    reporter.flush();
    return levels;
  };
  const whole = report([1_050]);
  expect(whole.map((level) => level.time)).toEqual([0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1]);
  expect(whole[10]).toEqual({ ...measureLevel(sine.subarray(1_000, 1_050)), time: 1 });
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1 }), (sizes) => {
      expect(report(sizes)).toEqual(whole);
    }),
    { numRuns: 50 },
  );
});

test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])("an interval of %s is refused", (interval) => {
  expect(() => new LevelReporter(16_000, interval, () => {})).toThrow(
    expect.objectContaining({ code: "invalid-option", message: expect.stringContaining(String(interval)) }),
  );
});
