import fc from "fast-check";
import { expect, test } from "vitest";
import { samplesIn, windowSamples } from "./audio-format.ts";
import { type Segment, Segmenter } from "./segmenter.ts";

/** Pushes `ms` of voice or silence; gives the segments that it closed. */
function push(segmenter: Segmenter, ms: number, voiced: boolean, level = 1): Segment[] {
  const windows = Math.round(samplesIn(ms) / windowSamples);
  return Array.from({ length: windows }, () => segmenter.push(voiced, level) ?? []).flat();
}

test("silence alone opens nothing", () => {
  const segmenter = new Segmenter();
  expect(push(segmenter, 10_000, false)).toEqual([]);
  expect(segmenter.open).toBeUndefined();
});

test("half a second of silence closes a segment, which begins half a second before its voice", () => {
  const segmenter = new Segmenter();
  push(segmenter, 2_000, false);
  push(segmenter, 1_000, true);
  const [segment, ...more] = push(segmenter, 1_000, false);
  expect(more).toEqual([]);
  expect(segment && segment.voiceStart - segment.start).toBe(samplesIn(500));
  expect(segment && segment.end - segment.voiceEnd).toBeGreaterThanOrEqual(samplesIn(500));
});

test("a shorter pause stays inside", () => {
  const segmenter = new Segmenter();
  push(segmenter, 1_000, true);
  expect(push(segmenter, 300, false)).toEqual([]);
  push(segmenter, 1_000, true);
  expect(segmenter.open?.voiceStart).toBe(0);
});

test("after twelve seconds a short pause closes the segment", () => {
  const segmenter = new Segmenter();
  push(segmenter, 13_000, true);
  expect(push(segmenter, 300, false)).toHaveLength(1);
});

test("speech without any pause is cut where it is quietest, and nothing of it is lost", () => {
  const segmenter = new Segmenter();
  push(segmenter, 20_500, true);
  push(segmenter, 32, true, 0.1);
  const [segment] = push(segmenter, 3_000, true);
  expect(segment?.end).toBeGreaterThan(samplesIn(20_400));
  expect(segment?.end).toBeLessThan(samplesIn(20_600));
  expect(segmenter.open?.start).toBe(segment?.end);
});

test("a cut in mid-speech ends there, and the rest begins there without going back", () => {
  const segmenter = new Segmenter();
  push(segmenter, 1_024, true);
  const at = samplesIn(1_024) + 100;
  expect(segmenter.cut(at)?.end).toBe(at);
  expect(segmenter.open).toBeUndefined();
  push(segmenter, 64, true);
  expect(segmenter.open?.start).toBe(at);
});

test("after a cut in silence the next segment may reach back before it, not into the voice", () => {
  const segmenter = new Segmenter();
  push(segmenter, 1_024, true);
  push(segmenter, 320, false);
  const segment = segmenter.cut(samplesIn(1_344));
  push(segmenter, 64, true);
  expect(segmenter.open?.start).toBeLessThan(samplesIn(1_344));
  expect(segmenter.open?.start).toBeGreaterThanOrEqual(segment?.voiceEnd ?? Number.POSITIVE_INFINITY);
});

test("segments are in order, bounded in length, and their voice lies within them", () => {
  const stretch = fc.record({ ms: fc.integer({ min: 32, max: 30_000 }), voiced: fc.boolean() });
  fc.assert(
    fc.property(fc.array(stretch, { maxLength: 8 }), (stretches) => {
      const segmenter = new Segmenter();
      const segments = stretches.flatMap(({ ms, voiced }) => push(segmenter, ms, voiced));
      let before = 0;
      for (const { start, voiceStart, voiceEnd, end } of segments) {
        expect(start).toBeGreaterThanOrEqual(before);
        expect(voiceStart).toBeGreaterThanOrEqual(start);
        expect(voiceEnd).toBeGreaterThanOrEqual(voiceStart);
        expect(end).toBeGreaterThanOrEqual(voiceEnd);
        expect(end - start).toBeLessThanOrEqual(samplesIn(22_100));
        before = voiceEnd;
      }
    }),
  );
});
