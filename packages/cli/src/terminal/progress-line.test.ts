import fc from "fast-check";
import stringWidth from "string-width";
import { describe, expect, it } from "vitest";
import { progressLine } from "./progress-line.ts";

describe("progressLine", () => {
  it("shows how much of the file was sent", () => {
    const line = progressLine({ state: "open", unit: "ms", position: 15_000, length: 30_000 }, 80);
    expect(line).toBe(`${"━".repeat(15)}${"─".repeat(15)}  0:15 of 0:30`);
  });

  it("counts on where the length is unknown", () => {
    expect(progressLine({ state: "open", unit: "ms", position: 61_000 }, 80)).toBe("1:01 sent");
  });

  it("counts bytes where the duration is unknown", () => {
    const line = progressLine({ state: "open", unit: "bytes", position: 1_250_000, length: 2_500_000 }, 80);
    expect(line).toContain("1.3 MB of 2.5 MB");
  });

  it("says what the session waits for", () => {
    const at = { unit: "ms", position: 30_000, length: 30_000 } as const;
    expect(progressLine({ ...at, state: "closing" }, 80)).toContain("waiting for the last words");
    expect(progressLine({ ...at, state: "reconnecting" }, 80)).toContain("reconnecting");
    expect(progressLine({ ...at, state: "connecting" }, 80)).toContain("connecting");
  });

  it("is never wider than the terminal", () => {
    const progress = fc.record({
      state: fc.constantFrom("connecting", "open", "reconnecting", "closing", "closed"),
      unit: fc.constantFrom("ms", "bytes"),
      position: fc.double({ min: 0, max: 1e9, noNaN: true }),
      length: fc.option(fc.double({ min: 0, max: 1e9, noNaN: true }), { nil: undefined }),
    });
    fc.assert(
      fc.property(progress, fc.integer({ min: 1, max: 200 }), (value, columns) => {
        expect(stringWidth(progressLine(value, columns))).toBeLessThanOrEqual(columns);
      }),
    );
  });
});
