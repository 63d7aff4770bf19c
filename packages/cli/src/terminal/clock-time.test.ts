import { expect, it } from "vitest";
import { clockTime } from "./clock-time.ts";

it.each([
  [0, "0:00"],
  [7_999, "0:07"],
  [59_999.9, "0:59"],
  [723_000, "12:03"],
  [3_600_000, "1:00:00"],
  [36_061_000, "10:01:01"],
  [-5, "0:00"],
])("%d ms reads %s", (ms, text) => {
  expect(clockTime(ms)).toBe(text);
});
