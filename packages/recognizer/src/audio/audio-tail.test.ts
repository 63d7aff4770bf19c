import fc from "fast-check";
import { expect, test } from "vitest";
import { AudioTail } from "./audio-tail.ts";

test("gives back what was written, by its position, until it is dropped", () => {
  const sizes = fc.array(fc.nat({ max: 40 }), { maxLength: 30 });
  fc.assert(
    fc.property(sizes, fc.nat({ max: 20 }), (chunks, kept) => {
      const tail = new AudioTail();
      let written = 0;
      for (const size of chunks) {
        tail.append(Float32Array.from({ length: size }, (_, i) => written + i));
        written += size;
        tail.dropBefore(written - kept);
        expect(tail.end).toBe(written);
        const from = Math.max(0, written - kept);
        const held = [...tail.slice(from, written)];
        expect(held).toEqual(Array.from({ length: written - from }, (_, i) => from + i));
      }
    }),
  );
});

test("turns what is not a number into silence", () => {
  const tail = new AudioTail();
  tail.append(Float32Array.of(0.5, Number.NaN, Number.POSITIVE_INFINITY, -0.5));
  expect([...tail.slice(0, 4)]).toEqual([0.5, 0, 0, -0.5]);
});

test("a slice is a copy", () => {
  const tail = new AudioTail();
  tail.append(Float32Array.of(1, 2));
  tail.slice(0, 2).fill(9);
  expect([...tail.slice(0, 2)]).toEqual([1, 2]);
});
