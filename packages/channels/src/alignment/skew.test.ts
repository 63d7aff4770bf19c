import fc from "fast-check";
import { expect, test } from "vitest";
import { Skew } from "./skew.ts";

const patience = 1_000;
const lead = 800;

/** Lanes that deliver, pause and end at random, with the clock at 1 frame a ms. */
const steps = fc.array(
  fc.record({
    lane: fc.nat(2),
    what: fc.constantFrom("deliver", "deliver", "deliver", "end"),
    frames: fc.integer({ min: 1, max: 500 }),
    after: fc.nat(700),
  }),
  { maxLength: 80 },
);

test("however lanes deliver, pause and end: none is further ahead of a live one than it may, stalled ones keep up", () => {
  fc.assert(
    fc.property(steps, (list) => {
      const skew = new Skew(3, lead, patience);
      const delivered = [0, 0, 0];
      const filled = [0, 0, 0];
      const open = [true, true, true];
      let now = 0;
      const fill = (fills: ReturnType<Skew["expire"]>) => {
        for (const { lane, frames, from } of fills) {
          expect(from).toBe((delivered[lane] ?? 0) + (filled[lane] ?? 0));
          expect(frames).toBeGreaterThan(0);
          filled[lane] = (filled[lane] ?? 0) + frames;
        }
      };
      for (const { lane, what, frames, after } of list) {
        for (const until = now + after; now < until; ) {
          const due = skew.due;
          now = Math.min(until, Math.max(now, due ?? until));
          if (due !== undefined && due <= now) {
            fill(skew.expire(now));
            expect(skew.due ?? Number.POSITIVE_INFINITY).toBeGreaterThan(now);
          }
        }
        if (!open[lane]) continue;
        if (what === "end") {
          skew.end(lane);
          open[lane] = false;
        } else {
          skew.arrived(lane);
          if (skew.mayTake(lane)) {
            delivered[lane] = (delivered[lane] ?? 0) + frames;
            fill(skew.took(lane, frames, now));
          }
          skew.idle(lane, now);
        }
        const positions = [0, 1, 2].map((index) => skew.position(index));
        expect(positions).toEqual([0, 1, 2].map((index) => (delivered[index] ?? 0) + (filled[index] ?? 0)));
        expect([0, 1, 2].map((index) => skew.filled(index))).toEqual(filled);
        const live = positions.filter((_, index) => open[index]);
        expect(Math.max(...live, 0) - Math.min(...live, Number.POSITIVE_INFINITY)).toBeLessThan(lead + 500 + 1);
      }
    }),
    { numRuns: 300 },
  );
});

test("a lane that is behind and delivers nothing stalls after the patience, once; one that is level never does", () => {
  const skew = new Skew(2, lead, patience);
  skew.arrived(0);
  skew.took(0, 100, 5_000);
  skew.idle(0, 5_000);
  expect(skew.due).toBe(6_000);
  expect(skew.expire(5_999)).toEqual([]);
  expect(skew.expire(6_000)).toEqual([{ lane: 1, frames: 100, begins: true, from: 0 }]);
  expect(skew.due).toBeUndefined();
  skew.arrived(0);
  expect(skew.took(0, 50, 6_100)).toEqual([{ lane: 1, frames: 50, begins: false, from: 100 }]);
  expect(skew.arrived(1)).toEqual({ from: 0, to: 150 });
  expect(skew.arrived(1)).toBeUndefined();
});

test("a lane whose chunk waits for its own session is not taken for one that delivers nothing", () => {
  const skew = new Skew(2, lead, patience);
  skew.arrived(1);
  skew.arrived(0);
  skew.took(0, 10_000, 0);
  expect(skew.due).toBeUndefined();
  expect(skew.mayTake(0)).toBe(true);
  skew.idle(1, 50);
  expect(skew.mayTake(0)).toBe(false);
  expect(skew.due).toBe(1_050);
});
