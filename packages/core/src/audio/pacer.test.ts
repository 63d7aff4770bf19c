import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Pacer } from "./pacer.ts";

describe("a pacer", () => {
  test("lets the burst go at once, and then one message after the other at its rate", () => {
    const pacer = new Pacer({ rate: 1.25, burst: 200 });
    for (let i = 0; i < 4; i++) {
      expect(pacer.delay(0, 50)).toBe(0);
      pacer.sent(0, 50);
    }
    expect(pacer.delay(0, 50)).toBe(40);
    expect(pacer.delay(39, 50)).toBe(1);
    expect(pacer.delay(40, 50)).toBe(0);
  });

  test("saves up no more than the burst while nothing is sent", () => {
    const pacer = new Pacer({ rate: 1.25, burst: 100 });
    pacer.sent(0, 100);
    expect(pacer.delay(3_600_000, 100)).toBe(0);
    pacer.sent(3_600_000, 100);
    expect(pacer.delay(3_600_000, 50)).toBe(40);
  });

  test("lets a message go that is longer than the burst, once all before it is through", () => {
    const pacer = new Pacer({ rate: 2, burst: 100 });
    expect(pacer.delay(0, 1000)).toBe(0);
    pacer.sent(0, 1000);
    expect(pacer.delay(0, 1000)).toBe(500);
    expect(pacer.delay(500, 1000)).toBe(0);
  });

  test("never lets more go than the burst and the rate allow, nor holds back what they do, in whole ms", () => {
    const message = fc.record({ ms: fc.integer({ min: 1, max: 1000 }), idle: fc.oneof(fc.constant(0), fc.nat(3000)) });
    const pace = fc.record({
      rate: fc.double({ min: 0.1, max: 20, noNaN: true }),
      burst: fc.integer({ min: 0, max: 10_000 }),
    });
    fc.assert(
      fc.property(pace, fc.array(message, { minLength: 1, maxLength: 60 }), ({ rate, burst }, messages) => {
        const start = 1.79e12;
        const pacer = new Pacer({ rate, burst });
        let now = start;
        let total = 0;
        let longest = 0;
        for (const { ms, idle } of messages) {
          now += idle;
          const delay = pacer.delay(now, ms);
          expect(Number.isInteger(delay)).toBe(true);
          // One more timer is enough, but for a hair that division leaves.
          now += delay;
          expect(pacer.delay(now, ms)).toBeLessThanOrEqual(1);
          longest = Math.max(longest, ms);
          total += ms;
          expect(total).toBeLessThanOrEqual(Math.max(burst, longest) + (now - start) * rate + 0.01);
          pacer.sent(now, ms);
        }
        // Less the rounding up of each wait, a stream that never idles goes as fast as it may.
        const busy = messages.every(({ idle }) => idle === 0);
        if (busy) expect((now - start - messages.length) * rate).toBeLessThanOrEqual(total);
      }),
      { numRuns: 300 },
    );
  });
});
