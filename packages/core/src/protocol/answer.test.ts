import fc from "fast-check";
import { expect, test } from "vitest";
import { heardAll } from "./answer.ts";

const pcm = { exact: true, mayCross: false };

test("a service that got all of the audio is believed, to the millisecond or in whole seconds rounded in any way", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4e7 }), (sentMs) => {
      const seconds = sentMs / 1000;
      for (const told of [seconds, Math.floor(seconds), Math.round(seconds), Math.ceil(seconds)])
        expect(heardAll(told, { ...pcm, sentMs })).toBe(true);
      // Sums of binary fractions may fall short of a whole second.
      expect(heardAll(Math.floor(seconds - 1e-9), { ...pcm, sentMs })).toBe(true);
      if (sentMs % 1000 !== 0) expect(heardAll(seconds, { ...pcm, sentMs, mayCross: true })).toBe(true);
    }),
  );
});

test("one that missed a second or more of it is found out", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 4e7 }), fc.integer({ min: 1011, max: 1e6 }), (heardMs, missingMs) => {
      const sentMs = heardMs + missingMs;
      expect(heardAll(Math.floor(heardMs / 1000), { ...pcm, sentMs })).toBe(false);
      if (heardMs % 1000 !== 0) expect(heardAll(heardMs / 1000, { ...pcm, sentMs })).toBe(false);
    }),
  );
});

test("the whole seconds of one that may have ended by itself prove nothing, rounded down or up", () => {
  for (const sentMs of [3400, 3000, 2980, 2600]) expect(heardAll(3, { ...pcm, mayCross: true, sentMs })).toBe(false);
  expect(heardAll(3, { ...pcm, mayCross: true, sentMs: 2000 })).toBe(true);
  expect(heardAll(2.98, { ...pcm, mayCross: true, sentMs: 2980 })).toBe(true);
  expect(heardAll(3, { exact: true, mayCross: false, sentMs: 3400 })).toBe(true);
});

test("compressed audio is measured less exactly", () => {
  expect(heardAll(98, { exact: false, mayCross: false, sentMs: 100_000 })).toBe(true);
  expect(heardAll(98, { exact: true, mayCross: false, sentMs: 100_000 })).toBe(false);
});

test("compressed audio may lack what encoders put in front of it and behind it", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 300, max: 4e7 }),
      fc.double({ min: 0, max: 200, noNaN: true }),
      (sentMs, paddingMs) => {
        const seconds = (sentMs - paddingMs) / 1000;
        for (const figure of [seconds, Math.floor(seconds), Math.round(seconds)])
          expect(heardAll(figure, { exact: false, mayCross: false, sentMs })).toBe(true);
      },
    ),
  );
});

test.each([undefined, null, "4", Number.NaN, Number.POSITIVE_INFINITY, {}])("%j says nothing", (figure) => {
  expect(heardAll(figure, { ...pcm, sentMs: 1e6 })).toBe(true);
});
