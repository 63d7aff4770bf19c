import fc from "fast-check";
import { expect, test } from "vitest";
import { ProtocolError } from "../session/protocol-error.ts";
import { DurationRule } from "./duration-rule.ts";

test("durations within 50–1000 ms pass, with one short tail; anything else is 3007 at the message that shows it", () => {
  const duration = fc.oneof(
    fc.double({ min: 50, max: 1_000, noNaN: true }),
    fc.double({ min: 0, max: 49.999, noNaN: true }),
    fc.double({ min: 1_000.001, max: 5_000, noNaN: true }),
  );
  fc.assert(
    fc.property(fc.array(duration), (durations) => {
      const rule = new DurationRule();
      const refusedAt = durations.findIndex((ms) => {
        try {
          rule.accept(ms);
          return false;
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError);
          return true;
        }
      });
      const short = durations.findIndex((ms) => ms < 50);
      const long = durations.findIndex((ms) => ms > 1_000);
      const expected = [short === -1 || short === durations.length - 1 ? -1 : short + 1, long].filter((at) => at >= 0);
      expect(refusedAt).toBe(expected.length === 0 ? -1 : Math.min(...expected));
    }),
  );
});
