import { afterAll, beforeAll, expect, test } from "vitest";
import { type Engine, recognizer } from "../src/index.ts";
import { excerpt, noise, record, reference, sampleSpeech, sampleWords, stream, textOf } from "./speech.ts";
import { wordErrorRate } from "./word-error-rate.ts";

let engine: Engine;
beforeAll(() => {
  engine = recognizer({ threads: 2 });
});
afterAll(() => engine.close());

test("understands the sample while it is streamed, as steadily as it promises", async () => {
  const { session, hypotheses } = await record(engine);
  await stream(session, sampleSpeech(), 5);
  const words = await session.endpoint();
  session.close();

  expect(wordErrorRate(reference, textOf(words))).toBeLessThanOrEqual(0.05);
  expect(words.every((word) => word.final && word.confidence > 0 && word.confidence < 1)).toBe(true);

  const partials = hypotheses.filter((hypothesis) => hypothesis.words.some((word) => !word.final));
  expect(partials.length).toBeGreaterThan(5);
  for (const hypothesis of hypotheses) {
    const finals = hypothesis.words.filter((word) => word.final);
    expect(finals.map((word) => word.text)).toEqual(words.slice(0, finals.length).map((word) => word.text));
  }
  const heard = hypotheses.map((hypothesis) => hypothesis.heardMs);
  expect(heard).toEqual([...heard].sort((a, b) => a - b));
});

test("reports when each word was said, in order and within the voice", async () => {
  const { session, until } = await record(engine);
  const speech = sampleSpeech();
  session.write(speech);
  const { voice } = await until((hypothesis) => hypothesis.heardMs > speech.length / 16 - 40);
  const words = await session.endpoint();
  session.close();

  let before = voice?.startMs ?? Number.POSITIVE_INFINITY;
  for (const { start, end } of words) {
    expect(start).toBeGreaterThanOrEqual(before);
    expect(end).toBeGreaterThanOrEqual(start);
    before = end;
  }
  expect(before).toBeLessThanOrEqual(voice?.endMs ?? 0);
  expect(words).toHaveLength(sampleWords.length);
  const errors = words.flatMap(({ start, end }, i) => [
    Math.abs(start - (sampleWords[i]?.start ?? 0)),
    Math.abs(end - (sampleWords[i]?.end ?? 0)),
  ]);
  const median = errors.sort((a, b) => a - b)[Math.floor(errors.length / 2)];
  expect(median).toBeLessThanOrEqual(120);
});

test("three sessions on two threads each recognise their own audio", async () => {
  const parts = [excerpt(500, 6_000), excerpt(6_500, 12_500), excerpt(500, 6_000)];
  const recordings = await Promise.all(parts.map(() => record(engine)));
  const heard = await Promise.all(
    recordings.map(async ({ session }, i) => {
      await stream(session, parts[i] ?? new Float32Array(), 10);
      return textOf(await session.endpoint());
    }),
  );
  for (const { session } of recordings) session.close();
  const [first = "", second = ""] = reference.split("\n");
  expect(heard.map((text, i) => wordErrorRate([first, second, first][i] ?? "", text))).toEqual([0, 0, 0]);
});

test("an endpoint in mid-speech gives the words so far, and the rest belongs to the next stretch", async () => {
  const { session, hypotheses } = await record(engine);
  const speech = excerpt(500, 6_500);
  // "again," ends at 2 696 ms of the sample.
  session.write(speech.subarray(0, 2_250 * 16));
  const before = await session.endpoint();
  const mark = hypotheses.length;
  session.write(speech.subarray(2_250 * 16));
  const after = await session.endpoint();
  session.close();

  expect(textOf(before)).toMatch(/^The morning train was late again/);
  expect(textOf(after)).toMatch(/walked along the river to the old market/);
  expect(before.every((word) => word.final && word.end <= 2_250)).toBe(true);
  expect(after.every((word) => word.final && word.start >= 2_250)).toBe(true);
  for (const hypothesis of hypotheses.slice(mark)) expect(textOf(hypothesis.words)).not.toMatch(/morning/);
});

test("endpoints are answered in order, each with its own words", async () => {
  const { session } = await record(engine);
  session.write(excerpt(500, 6_500));
  const first = session.endpoint();
  const nothing = session.endpoint();
  session.write(excerpt(6_500, 12_500));
  const second = session.endpoint();
  expect(textOf(await first)).toMatch(/market/);
  expect(await nothing).toEqual([]);
  expect(textOf(await second)).toMatch(/farmer/);
  session.close();
});

test.each([
  ["digital silence", new Float32Array(16_000 * 6)],
  ["faint noise", noise(6_000, 0.002)],
  ["loud noise", noise(6_000, 0.5)],
  ["a tone", Float32Array.from({ length: 96_000 }, (_, i) => 0.3 * Math.sin((2 * Math.PI * 440 * i) / 16_000))],
  ["clicks", Float32Array.from({ length: 96_000 }, (_, i) => (i % 8_000 < 20 ? 0.9 : 0))],
  ["what is not a number", new Float32Array(96_000).fill(Number.NaN)],
])("hears no words in %s", async (_, samples) => {
  const { session, hypotheses } = await record(engine);
  session.write(samples);
  expect(await session.endpoint()).toEqual([]);
  session.close();
  expect(hypotheses.flatMap((hypothesis) => hypothesis.words)).toEqual([]);
  expect(hypotheses.at(-1)?.heardMs).toBeGreaterThan(5_900);
});

test("takes chunks of any size, and keeps a copy of them", async () => {
  const { session } = await record(engine);
  const speech = excerpt(500, 6_000);
  const buffer = new Float32Array(2_000);
  for (let at = 0, size = 1; at < speech.length; at += size, size = (size * 7 + 3) % 1_999) {
    const chunk = buffer.subarray(0, Math.min(size, speech.length - at));
    chunk.set(speech.subarray(at, at + size));
    session.write(chunk);
    buffer.fill(0);
  }
  session.write(new Float32Array(0));
  expect(wordErrorRate(reference.split("\n")[0] ?? "", textOf(await session.endpoint()))).toBe(0);
  session.close();
});

test("the main thread keeps ticking while workers decode", async () => {
  const { session } = await record(engine);
  session.write(sampleSpeech());
  let ticks = 0;
  const ticking = setInterval(() => ticks++, 5);
  await session.endpoint();
  clearInterval(ticking);
  session.close();
  // Decoded on this thread, the sample's four segments would let a handful of ticks through.
  expect(ticks).toBeGreaterThan(20);
});

test("closing in the middle of decoding answers the endpoints and reports nothing more", async () => {
  const { session, hypotheses, failures } = await record(engine);
  session.write(sampleSpeech());
  const endpoints = [session.endpoint(), session.endpoint()];
  session.close();
  const known = hypotheses.length;
  for (const words of await Promise.all(endpoints)) expect(words.every((word) => word.final)).toBe(true);
  session.write(sampleSpeech());
  expect(await session.endpoint()).toEqual([]);
  session.close();

  const other = await record(engine);
  other.session.write(excerpt(500, 6_000));
  expect(textOf(await other.session.endpoint())).toMatch(/market/);
  other.session.close();
  expect(hypotheses).toHaveLength(known);
  expect(failures).toEqual([]);
});
