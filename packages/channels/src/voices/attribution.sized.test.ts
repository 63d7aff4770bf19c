import { cases } from "@voxpipe/testing";
import { describe, expect, test } from "vitest";
import { Attributor } from "./attribution.ts";
import {
  type Dialogue,
  type DialogueOptions,
  dialogue,
  randomNumbers,
  turnsOf,
  withLiveEdges,
} from "./dialogue.fixture.ts";

/** Attributes every turn as soon as its audio and a second more have been heard. Returns words that are right, of all from `fromMs` on. */
function attributed(talk: Dialogue, live: boolean, fromMs: number) {
  const attributor = new Attributor(talk.channels.length, 16_000);
  const exact = turnsOf(talk.words);
  const turns = live ? withLiveEdges(exact, randomNumbers(7)) : exact;
  let at = 0;
  const listen = (ms: number) => {
    const until = Math.min(talk.ms, ms) * 16;
    for (; at < until; at += 800)
      attributor.push(talk.audio.map((samples) => samples.subarray(at, Math.min(until, at + 800))));
    at = Math.min(at, until);
  };
  let right = 0;
  let sure = 0;
  let counted = 0;
  for (const words of turns) {
    listen((words.at(-1)?.end ?? 0) + 1_000);
    for (const [index, { channel, confidence }] of attributor.attribute(words).entries()) {
      expect(confidence).toBeGreaterThanOrEqual(0);
      expect(confidence).toBeLessThanOrEqual(1);
      if (Number(words[index]?.end) < fromMs) continue;
      counted++;
      if (talk.channels[channel ?? -1] !== words[index]?.channel) continue;
      right++;
      sure += confidence;
    }
  }
  return { share: right / counted, sure: sure / right };
}

const three = ["agent", "caller", "boss"];
const words = 120;

describe.each(cases([true], [false, true]))("with times that absorb silence: %s", (live) => {
  test.each<[name: string, options: Partial<DialogueOptions>, least: number, fromMs?: number]>([
    ["no crosstalk", {}, 1],
    ["crosstalk of −20 dB", { crosstalk: -20 }, 0.995],
    ["crosstalk of −10 dB", { crosstalk: -10 }, 0.98],
    ["crosstalk of −10 dB that comes 5 ms later", { crosstalk: -10, delay: 5 }, 0.98],
    ["three channels, crosstalk of −20 dB", { channels: three, crosstalk: -20 }, 0.995],
    ["a voice that is 20 dB quieter", { loudness: [0.3, 0.03], crosstalk: -20 }, 0.98],
    ["a voice that is 14 dB quieter, crosstalk of −10 dB", { loudness: [0.3, 0.06], crosstalk: -10 }, 0.98],
    // There, the louder channel is louder for any speaker: both voices have to be heard before they can be distinguished.
    ["a channel that is turned down by 20 dB, crosstalk of −10 dB", { gain: [1, 0.1], crosstalk: -10 }, 0.97, 30_000],
    ["noise 20 dB below the voices", { noise: 0.006, crosstalk: -20 }, 0.98],
    ["a quarter of utterances overlapping", { overlap: 0.25, crosstalk: -20 }, 0.95],
    ["three channels, a quarter overlapping", { channels: three, overlap: 0.25, crosstalk: -20 }, 0.94],
  ])("%s: at least the share of words goes to the right channel", (_name, options, least, fromMs = 0) => {
    const { share, sure } = attributed(dialogue({ seed: 2, words, ...options }), live, fromMs);
    expect(share).toBeGreaterThanOrEqual(least);
    expect(sure).toBeGreaterThan(0.7);
  });
});

test("one voice alone is its own channel's, also if it is heard in all others", () => {
  const talk = dialogue({ seed: 5, words: 60, crosstalk: -10 });
  const only = talk.words.filter(({ channel }) => channel === "caller");
  const attributor = new Attributor(2, 16_000);
  const voice = dialogue({ seed: 5, words: 60 }).audio[1] ?? new Float32Array(0);
  for (let at = 0; at < voice.length; at += 1_600) {
    const part = voice.subarray(at, at + 1_600);
    attributor.push([part.map((sample) => sample * 0.3), part]);
  }
  for (const turn of turnsOf(only)) for (const { channel } of attributor.attribute(turn)) expect(channel).toBe(1);
});

test("words without voice and without times have no channel", () => {
  const attributor = new Attributor(2, 16_000);
  attributor.push([new Float32Array(32_000), new Float32Array(32_000)]);
  expect(attributor.attribute([{ text: "what" }, { text: "what", start: 100, end: 400 }])).toEqual([
    { channel: undefined, confidence: 0, overlap: false },
    { channel: undefined, confidence: 0, overlap: false },
  ]);
});

test("a word in which another channel speaks is marked as overlapped, others are not", () => {
  const talk = dialogue({ seed: 9, words: 200, overlap: 0.25 });
  const attributor = new Attributor(2, 16_000);
  attributor.push(talk.audio);
  const shares = { alone: [0, 0], together: [0, 0] };
  for (const turn of turnsOf(talk.words))
    for (const [index, { overlap }] of attributor.attribute(turn).entries()) {
      const word = turn[index];
      if (word === undefined) continue;
      const others = talk.words.filter(({ channel }) => channel !== word.channel);
      const shared = others.reduce(
        (sum, { start, end }) => sum + Math.max(0, Math.min(end, word.end) - Math.max(start, word.start)),
        0,
      );
      const length = word.end - word.start;
      const kind = shared === 0 ? shares.alone : shared > 0.6 * length ? shares.together : [0, 0];
      kind[overlap ? 1 : 0] = (kind[overlap ? 1 : 0] ?? 0) + 1;
    }
  expect(shares.alone[0]).toBeGreaterThan(50);
  expect(shares.alone[1]).toBe(0);
  expect(shares.together[1]).toBeGreaterThan(5);
  expect(shares.together[0]).toBeLessThanOrEqual(2);
});
