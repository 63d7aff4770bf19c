import fc from "fast-check";
import { expect, test } from "vitest";
import { FrameAligner } from "./frame-aligner.ts";

test("cuts at frame boundaries, loses nothing, and carries less than a frame", () => {
  const chunks = fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 20 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 24 }), chunks, (frameBytes, input) => {
      const aligner = new FrameAligner(frameBytes);
      const output = input.map((chunk) => Uint8Array.from(aligner.push(chunk)));
      const all = input.flatMap((chunk) => [...chunk]);
      expect(output.every((frames) => frames.length % frameBytes === 0)).toBe(true);
      expect(output.flatMap((frames) => [...frames])).toEqual(all.slice(0, all.length - aligner.carried));
      expect(aligner.carried).toBe(all.length % frameBytes);
    }),
  );
});

test("passes whole frames on without copying them", () => {
  const chunk = new Uint8Array(8);
  expect(new FrameAligner(4).push(chunk).buffer).toBe(chunk.buffer);
});
