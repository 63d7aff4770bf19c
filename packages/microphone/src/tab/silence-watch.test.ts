import { expect, test } from "vitest";
import { SilenceWatch } from "./silence-watch.ts";

test("silence is reported once it has lasted, and once more when a sound ends it", () => {
  const reports: boolean[] = [];
  const watch = new SilenceWatch(1_000, (silent) => reports.push(silent));
  const hear = (peak: number, count: number) => {
    for (let chunk = 0; chunk < count; chunk++) watch.heard(peak, 50);
  };
  hear(Number.NEGATIVE_INFINITY, 19);
  expect(reports).toEqual([]);
  hear(-90, 1);
  expect(reports).toEqual([true]);
  hear(Number.NEGATIVE_INFINITY, 100);
  expect(reports).toEqual([true]);
  hear(-30, 1);
  expect(reports).toEqual([true, false]);
});

test("a sound now and then is no silence", () => {
  const reports: boolean[] = [];
  const watch = new SilenceWatch(1_000, (silent) => reports.push(silent));
  for (let second = 0; second < 60; second++) {
    for (let chunk = 0; chunk < 19; chunk++) watch.heard(Number.NEGATIVE_INFINITY, 50);
    watch.heard(-60, 50);
  }
  expect(reports).toEqual([]);
});
