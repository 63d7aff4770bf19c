import fc from "fast-check";
import { expect, test } from "vitest";
import { VoiceActivity } from "./voice-activity.ts";

test("blocks with voice are found at the same times, however the audio is cut", () => {
  fc.assert(
    fc.property(
      fc.array(fc.boolean(), { maxLength: 20 }),
      fc.array(fc.integer({ min: 1, max: 700 })),
      (blocks, cuts) => {
        const samples = Float32Array.from({ length: blocks.length * 160 }, (_, index) =>
          blocks[Math.floor(index / 160)] ? 0.1 : 0.001,
        );
        const activity = new VoiceActivity();
        const found: number[] = [];
        let at = 0;
        for (const cut of [...cuts, samples.length]) {
          activity.write(samples.subarray(at, at + cut), (startMs) => found.push(startMs));
          at += cut;
        }
        expect(found).toEqual(blocks.flatMap((voiced, index) => (voiced ? [index * 10] : [])));
        expect(activity.heardMs).toBe(blocks.length * 10);
      },
    ),
  );
});
