import fc from "fast-check";
import { expect, test } from "vitest";
import { nearestName } from "./nearest-name.ts";

const known = ["sampleRate", "encoding", "formatTurns", "token", "mode", "minTurnSilence", "maxTurnSilence"];

test.each([
  ["samplerate", "sampleRate"],
  ["sample_rate", "sampleRate"],
  ["SAMPLE_RATE", "sampleRate"],
  ["sampelRate", "sampleRate"],
  ["rate", undefined],
  ["encodng", "encoding"],
  ["formatTurn", "formatTurns"],
  ["maxTurnSilense", "maxTurnSilence"],
  ["Token", "token"],
  ["onTranscript", undefined],
  ["", undefined],
])("%s most likely means %s", (name, meant) => {
  expect(nearestName(name, known)).toBe(meant);
});

test("a known name is nearest to itself, and any other answer is a known name", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 30 }), fc.constantFrom(...known), (any, name) => {
      expect(nearestName(name, known)).toBe(name);
      const near = nearestName(any, known);
      if (near !== undefined) expect(known).toContain(near);
      expect(nearestName(any, [])).toBeUndefined();
    }),
  );
});
