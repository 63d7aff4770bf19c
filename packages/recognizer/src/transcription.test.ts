import { expect, test } from "vitest";
import { samplesIn } from "./audio/audio-format.ts";
import type { EngineWord, Hypothesis } from "./engine.ts";
import type { Decode } from "./reading/segment-reader.ts";
import { Transcription } from "./transcription.ts";

const audio = (ms: number, level: number) => new Float32Array(samplesIn(ms)).fill(level);
const voice = 0.5;
const silence = 0;

/** A word for every 300 ms of voice. */
const counting: Decode = (samples) => {
  const voiced = samples.filter((sample) => sample !== 0).length;
  return Array.from({ length: Math.floor(voiced / samplesIn(300)) }, (_, i) => `word${i}`).join(" ");
};

function start() {
  const hypotheses: Hypothesis[] = [];
  const endpoints: (readonly EngineWord[])[] = [];
  const transcription = new Transcription(
    { voiced: (window) => (window[0] ?? 0) !== 0 },
    { heard: (hypothesis) => hypotheses.push(hypothesis), endpoint: (id, words) => (endpoints[id] = words) },
  );
  /** Does the jobs there are; gives their kinds. */
  const work = (decode: Decode = counting) => {
    const kinds: string[] = [];
    for (let job = transcription.next(); job; job = transcription.next()) {
      job.run(decode);
      kinds.push(job.kind);
    }
    return kinds;
  };
  return { transcription, hypotheses, endpoints, work };
}

const texts = (words: readonly EngineWord[] | undefined) => words?.map((word) => word.text);

test("silence gives no job, no voice and no words", () => {
  const { transcription, hypotheses, work } = start();
  transcription.write(audio(5_000, silence));
  expect(work()).toEqual([]);
  expect(hypotheses.at(-1)).toEqual({ words: [], heardMs: 4_992 });
});

test("an open segment is read about every half second, and not again without new audio", () => {
  const { transcription, work } = start();
  const readings: string[] = [];
  for (let i = 0; i < 40; i++) {
    transcription.write(audio(50, voice));
    readings.push(...work());
  }
  expect(readings).toEqual(["partial", "partial", "partial"]);
});

test("leaving out every reading of the open segment loses no word", () => {
  const eager = start();
  const lazy = start();
  for (let i = 0; i < 4; i++) {
    for (const { transcription, work } of [eager, lazy]) {
      for (let j = 0; j < 30; j++) {
        transcription.write(audio(50, voice));
        if (work === eager.work) work();
      }
      transcription.write(audio(6_000, silence));
    }
  }
  for (const { transcription, work } of [eager, lazy]) {
    transcription.endpoint(0);
    work();
  }
  expect(texts(lazy.endpoints[0])).toHaveLength(20);
  expect(texts(lazy.endpoints[0])).toEqual(texts(eager.endpoints[0]));
});

test("while a closed segment waits, the audio heard stands still: the lag shows", () => {
  const { transcription, hypotheses, work } = start();
  transcription.write(audio(1_000, voice));
  const before = hypotheses.at(-1)?.heardMs;
  transcription.write(audio(2_000, silence));
  expect(hypotheses.at(-1)?.heardMs).toBe(before);
  expect(work()).toEqual(["final"]);
  expect(hypotheses.at(-1)).toMatchObject({
    heardMs: 2_976,
    words: [{ final: true }, { final: true }, { final: true }],
  });
});

test("a reading that includes the end of the speech is the final one", () => {
  const { transcription, endpoints, work } = start();
  transcription.write(audio(1_000, voice));
  transcription.write(audio(250, silence));
  expect(work()).toEqual(["partial"]);
  transcription.endpoint(0);
  expect(texts(endpoints[0])).toEqual(["word0", "word1", "word2"]);
});

test("when the final reading fails, the last one before it is kept", () => {
  const { transcription, endpoints, work } = start();
  transcription.write(audio(1_000, voice));
  work();
  transcription.endpoint(0);
  expect(work(() => "")).toEqual(["final"]);
  expect(texts(endpoints[0])).toEqual(["word0", "word1", "word2"]);
  expect(endpoints[0]?.every((word) => word.final)).toBe(true);
});

test("a voice that is shorter than a word is not read", () => {
  const { transcription, endpoints, work } = start();
  transcription.write(audio(64, voice));
  transcription.write(audio(1_000, silence));
  transcription.endpoint(0);
  expect(work(() => "Thank you.")).toEqual([]);
  expect(endpoints[0]).toEqual([]);
});

test("an endpoint begins a stretch of its own", () => {
  const { transcription, hypotheses, endpoints, work } = start();
  transcription.write(audio(1_000, voice));
  transcription.endpoint(0);
  transcription.write(audio(1_000, voice));
  work();
  expect(endpoints[0]?.at(-1)?.end).toBeLessThanOrEqual(1_000);
  expect(hypotheses.at(-1)?.voice?.startMs).toBe(1_000);
  transcription.endpoint(1);
  work();
  expect(endpoints[1]?.[0]?.start).toBeGreaterThanOrEqual(1_000);
});
