import fc from "fast-check";
import { expect, test } from "vitest";
import type { Engine, EngineListener, EngineWord } from "../engines/engine.ts";
import { type ScriptedWord, scripted } from "../engines/scripted.ts";
import { readParameters } from "../session/parameters.ts";
import type { ServerMessage, TurnMessage } from "../session/wire.ts";
import { exactEdges } from "./edge-times.ts";
import { Transcription } from "./transcription.ts";
import { Turns } from "./turns.ts";

function settings(query = "") {
  return readParameters(new URLSearchParams(`sample_rate=16000&${query}`), "universal-streaming-english");
}

/** A transcription by this engine, and what it has sent. */
async function open(engine: Engine, query = "") {
  const sent: ServerMessage[] = [];
  const lagging: boolean[] = [];
  const failures: unknown[] = [];
  const parameters = settings(query);
  const transcription = new Transcription(
    new Turns("one-turn", exactEdges),
    () => parameters,
    {
      send: (messages) => sent.push(...messages),
      heard() {},
      failed: (error) => failures.push(error),
      lagging: (lags) => lagging.push(lags),
    },
    true,
  );
  await transcription.open(engine);
  const turns = () => sent.filter((message): message is TurnMessage => message.type === "Turn");
  return { transcription, sent, lagging, failures, finals: () => turns().filter((turn) => turn.end_of_turn), turns };
}

const silent = (ms: number) => new Float32Array(ms * 16);

/** Scripts of up to three voices that talk across each other. */
const crossTalk = fc
  .array(fc.tuple(fc.constantFrom("a", "b", "c"), fc.nat(600), fc.integer({ min: 80, max: 2_000 })), { maxLength: 12 })
  .map((spans) => {
    const ends: Record<string, number> = {};
    let at = 0;
    return spans.map(([channel, gap, length], index): ScriptedWord => {
      at = Math.max(at + gap, ends[channel] ?? 0);
      ends[channel] = at + length;
      return { text: `word${index}`, start: at, end: at + length, channel };
    });
  });

/** Scripts of words with gaps of any length between them. */
const scripts = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 3_000 }), fc.integer({ min: 80, max: 900 })), { maxLength: 12 })
  .map((spans) => {
    let at = 0;
    return spans.map(([gap, length], index): ScriptedWord => {
      const start = at + gap;
      at = start + length;
      return { text: `word${index}`, start, end: at };
    });
  });

test("however audio is cut into messages and wherever turns are forced, each word is in one final, in order", async () => {
  const steps = fc.array(fc.oneof(fc.integer({ min: 1, max: 1_000 }), fc.constant("force" as const)), {
    maxLength: 60,
  });
  const models = fc.constantFrom("universal-streaming-english", "u3-rt-pro", "universal-3-5-pro");
  await fc.assert(
    fc.asyncProperty(fc.oneof(scripts, crossTalk), steps, models, async (script, cuts, model) => {
      const { transcription, finals } = await open(scripted(script), `speech_model=${model}`);
      for (const cut of cuts) await (cut === "force" ? transcription.cut(0) : transcription.write(silent(cut)));
      await transcription.write(silent(Math.max(0, ...script.map(({ end }) => end)) + 100));
      await transcription.cut(0);
      expect(finals().flatMap((turn) => turn.words.map((word) => word.text.toLowerCase().replace(".", "")))).toEqual(
        script.map((word) => word.text),
      );
      expect(finals().map((turn) => turn.turn_order)).toEqual(finals().map((_, index) => index));
      expect(finals().every((turn) => turn.words.every((word) => word.word_is_final))).toBe(true);
    }),
    { numRuns: 100 },
  );
});

test("US: a word once final in a partial keeps its text to the end of the turn", async () => {
  await fc.assert(
    fc.asyncProperty(scripts, async (script) => {
      const { transcription, turns } = await open(scripted(script));
      for (let ms = 0; ms <= (script.at(-1)?.end ?? 0) + 2_000; ms += 50) await transcription.write(silent(50));
      const settled = new Map<string, string>();
      for (const { turn_order, words } of turns())
        for (const [index, word] of words.entries()) {
          const place = `${turn_order}/${index}`;
          expect(word.text).toBe(settled.get(place) ?? word.text);
          if (word.word_is_final) settled.set(place, word.text);
        }
    }),
    { numRuns: 50 },
  );
});

test("U3: a partial may revise what earlier ones said, and restates the whole turn", async () => {
  let listener: EngineListener | undefined;
  const engine: Engine = {
    name: "unsure",
    open(to) {
      listener = to;
      return { write() {}, endpoint: async () => [], close() {} };
    },
  };
  const { turns } = await open(engine, "speech_model=universal-3-5-pro");
  const word = (text: string, start: number) => ({ text, start, end: start + 300, confidence: 1, final: false });
  listener?.heard({ words: [word("Harper", 0)], heardMs: 400 });
  listener?.heard({ words: [word("Harbor", 0), word("Point", 400)], heardMs: 800 });
  expect(turns().map(({ transcript, turn_order, words }) => [transcript, turn_order, words.length])).toEqual([
    ["Harper", 0, 1],
    ["Harbor Point", 0, 2],
  ]);
});

test("readings that come while an endpoint is under way are not taken for the next turn", async () => {
  let listener: EngineListener | undefined;
  let answer: (words: readonly EngineWord[]) => void = () => {};
  const said: EngineWord = { text: "hello", start: 0, end: 300, confidence: 1, final: true };
  const engine: Engine = {
    name: "slow",
    open(to) {
      listener = to;
      return { write() {}, endpoint: () => new Promise((resolve) => (answer = resolve)), close() {} };
    },
  };
  const { transcription, turns } = await open(engine);
  listener?.heard({ words: [said], heardMs: 400 });
  const cut = transcription.cut(0);
  listener?.heard({ words: [said], heardMs: 500 });
  listener?.heard({ words: [said], heardMs: 3_000 });
  answer([said]);
  await cut;
  expect(turns().map(({ turn_order, end_of_turn }) => [turn_order, end_of_turn])).toEqual([
    [0, false],
    [0, true],
  ]);
});

test("an engine that falls a minute behind is said to lag until it has caught up by half", async () => {
  let listener: EngineListener | undefined;
  const engine: Engine = {
    name: "slow",
    open(to) {
      listener = to;
      return { write() {}, endpoint: async () => [], close() {} };
    },
  };
  const { transcription, lagging } = await open(engine);
  await transcription.write(silent(60_000));
  expect(lagging).toEqual([]);
  await transcription.write(silent(50));
  expect(lagging).toEqual([true]);
  listener?.heard({ words: [], heardMs: 30_000 });
  expect(lagging).toEqual([true]);
  listener?.heard({ words: [], heardMs: 30_100 });
  expect(lagging).toEqual([true, false]);
});

test("after close nothing is sent, and an engine that opens late is closed", async () => {
  let closed = 0;
  let finish: () => void = () => {};
  const late = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const engine: Engine = {
    name: "late",
    open: async () => {
      await late;
      return { write() {}, endpoint: async () => [], close: () => void closed++ };
    },
  };
  const sent: ServerMessage[] = [];
  const transcription = new Transcription(
    new Turns("one-turn", exactEdges),
    settings,
    {
      send: (messages) => sent.push(...messages),
      heard() {},
      failed() {},
      lagging() {},
    },
    true,
  );
  const opening = transcription.open(engine);
  transcription.close();
  finish();
  await opening;
  await transcription.write(silent(100));
  await transcription.cut(0);
  expect([closed, sent]).toEqual([1, []]);
});
