import fc from "fast-check";
import { expect, test } from "vitest";
import { samplesIn } from "../audio/audio-format.ts";
import { wordTimes } from "./word-times.ts";

const sampleRate = 16_000;
const tone = (ms: number) =>
  Float32Array.from({ length: samplesIn(ms) }, (_, i) => 0.4 * Math.sin((2 * Math.PI * 150 * i) / sampleRate));
const silence = (ms: number) => new Float32Array(samplesIn(ms));
/** Alternating samples: all energy at the highest frequency, as in an "s". */
const hiss = (ms: number) => Float32Array.from({ length: samplesIn(ms) }, (_, i) => (i % 2 === 0 ? 0.2 : -0.2));

function joined(...parts: Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

const always = () => true;
const ms = (samples: number) => samples / 16;

test("a pause is between words, not inside them", () => {
  const samples = joined(tone(900), silence(500), tone(200));
  const voiced = (at: number) => at < samplesIn(900) || at >= samplesIn(1_400);
  const [first, second] = wordTimes(["moon", "moon"], samples, voiced);
  expect(ms(first?.end ?? 0)).toBeLessThanOrEqual(910);
  expect(ms(second?.start ?? 0)).toBeGreaterThanOrEqual(1_390);
});

test("a hissing sound goes to the word that is written with one", () => {
  const samples = joined(tone(500), hiss(100), tone(150));
  const [first, second] = wordTimes(["one", "see"], samples, always);
  expect(Math.abs(ms(first?.end ?? 0) - 500)).toBeLessThanOrEqual(30);
  expect(Math.abs(ms(second?.start ?? 0) - 500)).toBeLessThanOrEqual(30);
});

test("without voice or without words there are no times", () => {
  expect(wordTimes(["one"], silence(100), () => false)).toEqual([{ start: 0, end: 0 }]);
  expect(wordTimes([], tone(100), always)).toEqual([]);
});

test("for any words and audio, there is a span for each, in order and within the audio", () => {
  const words = fc.array(fc.oneof(fc.constantFrom("the", "strengths", "I", "42", "naïve", "—", "x-ray"), fc.string()), {
    minLength: 1,
    maxLength: 12,
  });
  fc.assert(
    fc.property(words, fc.integer({ min: 10, max: 2_000 }), (texts, length) => {
      const samples = joined(tone(length), hiss(length / 4));
      const spans = wordTimes(texts, samples, (at) => at % 5_000 > 800);
      expect(spans).toHaveLength(texts.length);
      let before = 0;
      for (const { start, end } of spans) {
        expect(start).toBeGreaterThanOrEqual(0);
        expect(end).toBeLessThanOrEqual(samples.length);
        expect(start).toBeGreaterThanOrEqual(before - 160);
        expect(end).toBeGreaterThanOrEqual(start);
        before = end;
      }
    }),
    { numRuns: 40 },
  );
});
