import fc from "fast-check";
import { expect, test } from "vitest";
import type { EngineWord, Hypothesis } from "../engines/engine.ts";
import { readParameters } from "../session/parameters.ts";
import { endOfTurnConfidence, turnState } from "./turn-detector.ts";

const settings = (query: string) =>
  readParameters(new URLSearchParams(`sample_rate=16000&${query}`), "universal-streaming-english");

/** A word from 0 to 500 ms, and then so much silence. */
function after(silence: number, word: Partial<EngineWord> = {}, voiceEndMs = 500): Hypothesis {
  const said: EngineWord = { text: "hello", start: 0, end: 500, confidence: 1, final: true, ...word };
  return { words: [said], heardMs: voiceEndMs + silence, voice: { startMs: 0, endMs: voiceEndMs } };
}

test.each([
  ["aggressive", 0.4, 160, 400, 330],
  ["balanced", 0.4, 400, 1_280, 400],
  ["conservative", 0.7, 800, 3_600, 800],
  ["threshold 1: maximum silence only", 1, 400, 1_280, 1_280],
  ["threshold 0: minimum silence", 0, 400, 1_280, 400],
])("US, %s", (_name, threshold, min, max, expected) => {
  const query = `end_of_turn_confidence_threshold=${threshold}&min_turn_silence=${min}&max_turn_silence=${max}`;
  let silence = 0;
  while (turnState(after(silence), settings(query)) !== "ended") silence += 10;
  expect(silence).toBe(expected);
});

test("US waits for the last word to be final, but not beyond the maximum silence", () => {
  expect(turnState(after(1_000, { final: false }), settings(""))).toBe("open");
  expect(turnState(after(1_280, { final: false }), settings(""))).toBe("ended");
});

test("silence counts from the end of the voice, or of the last word where that is later", () => {
  expect(turnState(after(400, {}, 900), settings(""))).toBe("ended");
  expect(turnState(after(390, {}, 900), settings(""))).toBe("open");
  expect(turnState({ ...after(0, { end: 2_000 }), heardMs: 2_399 }, settings(""))).toBe("open");
});

test("silence counts from the last end of words that overlap, whichever began last", () => {
  const nested: EngineWord = { text: "yes.", start: 100, end: 300, confidence: 1, final: true };
  const hypothesis = (heardMs: number) => ({ words: [...after(0, { end: 2_000 }).words, nested], heardMs });
  expect(turnState(hypothesis(2_399), settings(""))).toBe("open");
  expect(turnState(hypothesis(2_400), settings(""))).toBe("ended");
});

test("less than 80 ms of speech is no turn", () => {
  const click = { words: [], heardMs: 5_000, voice: { startMs: 0, endMs: 70 } };
  expect(turnState(click, settings(""))).toBe("open");
  expect(turnState({ ...click, voice: { startMs: 0, endMs: 80 } }, settings(""))).toBe("ended");
});

test("U3 ends after a sentence and 400 ms at least, else pauses at the minimum and ends at the maximum, or at 60 s", () => {
  const u3 = settings("speech_model=u3-rt-pro");
  for (const mark of [".", "?", "!"]) {
    expect(turnState(after(400, { text: `hello${mark}` }), u3)).toBe("ended");
    for (const silence of [100, 250, 399])
      expect(turnState(after(silence, { text: `hello${mark}` }), u3)).toBe("paused");
  }
  const patient = settings("speech_model=universal-3-5-pro&min_turn_silence=900");
  expect(turnState(after(899, { text: "hello." }), patient)).toBe("open");
  expect(turnState(after(900, { text: "hello." }), patient)).toBe("ended");
  expect(turnState(after(99, { text: "hello." }), u3)).toBe("open");
  expect(turnState(after(100), u3)).toBe("paused");
  expect(turnState(after(1_000), u3)).toBe("ended");
  expect(turnState(after(0, { end: 60_000 }, 60_000), u3)).toBe("ended");
});

test("confidence lies between 0 and 1 and grows with silence", () => {
  const word: EngineWord = { text: "hello", start: 0, end: 1, confidence: 1, final: true };
  fc.assert(
    fc.property(fc.nat(10_000), fc.nat(10_000), fc.boolean(), (a, b, stop) => {
      const words = [{ ...word, text: stop ? "hello." : "hello" }];
      const [less, more] = [Math.min(a, b), Math.max(a, b)].map((silence) => endOfTurnConfidence(words, silence));
      expect(less).toBeGreaterThanOrEqual(0);
      expect(more).toBeLessThanOrEqual(1);
      expect(less).toBeLessThanOrEqual(more ?? 0);
    }),
  );
});
