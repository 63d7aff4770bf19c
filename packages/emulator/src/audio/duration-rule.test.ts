import fc from "fast-check";
import { expect, test } from "vitest";
import { ProtocolError } from "../session/protocol-error.ts";
import { DurationRule } from "./duration-rule.ts";

/** The index of the message that is refused; -1 if none is. */
function refusedAt(durations: readonly number[]): number {
  const rule = new DurationRule();
  return durations.findIndex((ms) => {
    try {
      rule.accept(ms);
      return false;
    } catch (error) {
      expect(error).toBeInstanceOf(ProtocolError);
      return true;
    }
  });
}

test("49 short messages in a row pass, the 50th is refused; one of 50 ms begins the count again", () => {
  const short = (count: number) => Array.from({ length: count }, () => 20);
  expect(refusedAt(short(49))).toBe(-1);
  expect(refusedAt(short(50))).toBe(49);
  expect(refusedAt([...short(49), 50, ...short(49), 1_000, ...short(49)])).toBe(-1);
});

test("durations within 50–1000 ms pass, and anything longer is refused at once", () => {
  const duration = fc.oneof(
    fc.double({ min: 50, max: 1_000, noNaN: true }),
    fc.double({ min: 0, max: 49.999, noNaN: true }),
    { weight: 1, arbitrary: fc.double({ min: 1_000.001, max: 5_000, noNaN: true }) },
  );
  fc.assert(
    // Fewer than 50: what is short passes.
    fc.property(fc.array(duration, { maxLength: 49 }), (durations) => {
      expect(refusedAt(durations)).toBe(durations.findIndex((ms) => ms > 1_000));
    }),
  );
});
