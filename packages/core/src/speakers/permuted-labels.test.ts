import { seededRandom } from "@voxpipe/testing/random";
import { expect, test } from "vitest";
import { final } from "../../test/messages.ts";
import type { Word } from "../protocol/messages.ts";
import { Timeline } from "../session/timeline.ts";
import { Speakers } from "./speakers.ts";

type Random = ReturnType<typeof seededRandom>;

interface Said {
  readonly number: number;
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly voice: number;
}

const runs = 300;
const vocabulary = "yes no well maybe order today please thank you account".split(" ");
const letters = ["A", "B", "C", "D"];

/** A minute and a half of two to four voices, who say one to twelve words at a time, and the same words again and again. */
function conversation(random: Random): Said[] {
  const voices = random.between(2, 4);
  const said: Said[] = [];
  for (let at = 300, voice = 0; at < 90_000; voice = (voice + random.between(1, voices - 1)) % voices) {
    for (let left = random.between(1, 12); left > 0; left--) {
      const end = at + random.between(120, 400);
      const text = vocabulary[random.between(0, vocabulary.length - 1)] ?? "";
      said.push({ number: said.length, text, start: at, end, voice });
      at = end + random.between(20, 150);
    }
    at += random.between(50, 1_200);
  }
  return said;
}

/** Turns end at pauses of 400 ms, and where the service cuts them. */
function turnsOf(said: readonly Said[]): Said[][] {
  const turns: Said[][] = [];
  for (const word of said) {
    const turn = turns.at(-1);
    const [first, last] = [turn?.[0], turn?.at(-1)];
    if (turn && first && last && word.start - last.end < 400 && word.end - first.start < 10_000) turn.push(word);
    else turns.push([word]);
  }
  return turns;
}

/** As the service says it: labels of this connection, some of them wrong, and the silence around a turn in its edge words. */
function heard(
  turn: readonly Said[],
  next: Said | undefined,
  startMs: number,
  labelOf: (voice: number) => string,
): Word[] {
  return turn.map((word, index) => {
    const early = index === 0 && startMs < word.start - 1_000 ? 900 : 0;
    const late = index === turn.length - 1 ? Math.min(240, (next?.start ?? word.end + 500) - word.end) : 0;
    const [start, end] = [word.start - early - startMs, word.end + late - startMs];
    const speaker = labelOf(word.voice);
    return { start: Math.max(0, start), end, text: word.text, confidence: 1, word_is_final: true, speaker };
  });
}

/** Connections that drop after some turns, and label voices in another order each. */
function run(seed: number, mistakes: number) {
  const random = seededRandom(seed);
  const said = conversation(random);
  const speakers = new Speakers();
  const timeline = new Timeline();
  const owners = new Map<string, number>();
  const shown = new Map<number, Set<string>>();
  const count = { words: 0, repeated: 0, reconnections: 0, again: 0, renamed: 0, swapped: 0 };
  let next = 0;
  for (let connections = 0; next < said.length; connections++) {
    const covered = said[next - 1];
    const startMs = Math.floor(Math.max(0, Math.min(speakers.fromMs(timeline.settledMs), covered?.end ?? 0)));
    const connection = speakers.timeline(timeline, startMs, timeline.settledMs, covered?.end ?? 0);
    connection.sent(200_000, 0);
    const labels = letters.toSorted(() => random.next() - 0.5);
    const labelOf = (voice: number) => {
      const wrong = random.next() < mistakes ? 1 : 0;
      return labels[(voice + wrong) % labels.length] ?? "";
    };
    const turns = turnsOf(said.filter(({ start }) => start >= startMs));
    let left = connections > 8 ? Number.POSITIVE_INFINITY : random.between(1, 9);
    const now = new Map<string, Said[]>();
    for (const [order, turn] of turns.entries()) {
      if (left-- === 0) break;
      const event = final(order, { turn_is_formatted: true, transcript: "words" });
      event.words = heard(turn, turns[order + 1]?.[0], startMs, labelOf);
      if (!connection.admit(event)) continue;
      const fresh = turn.slice(-event.words.length);
      count.repeated += fresh.filter(({ number }) => number < next).length;
      next = (fresh.at(-1)?.number ?? next) + 1;
      for (const [index, word] of event.words.entries()) {
        count.words++;
        const label = String(word.speaker);
        now.set(label, [...(now.get(label) ?? []), ...fresh.slice(index, index + 1)]);
      }
    }
    if (connections > 0) count.reconnections++;
    const spoke = new Map<number, Set<string>>();
    for (const [label, words] of now) {
      // Whose label it is cannot be said of a few words if some of them are wrong.
      if (mistakes > 0 && words.length < 8) continue;
      // A label is the voice's that says most of its words. Without mistakes it says all of them.
      const voice = mostFrequent(words);
      const owner = owners.get(label) ?? voice;
      owners.set(label, owner);
      if (owner !== voice || (mistakes === 0 && words.some((word) => word.voice !== voice))) count.swapped++;
      spoke.set(voice, (spoke.get(voice) ?? new Set()).add(label));
    }
    for (const [voice, own] of spoke) {
      const before = shown.get(voice);
      shown.set(voice, new Set([...(before ?? []), ...own]));
      if (!before) continue;
      count.again++;
      if (![...own].some((label) => before.has(label))) count.renamed++;
    }
  }
  return { ...count, lost: said.length - count.words };
}

function mostFrequent(words: readonly Said[]): number {
  const counts = new Map<number, number>();
  for (const { voice } of words) counts.set(voice, (counts.get(voice) ?? 0) + 1);
  return [...counts].toSorted(([, a], [, b]) => b - a)[0]?.[0] ?? -1;
}

/** Over all sessions. `again`: a voice that had a label speaks on a later connection; `renamed`: under a new label. */
function all(mistakes: number) {
  const sum: Record<string, number> = {};
  for (let seed = 1; seed <= runs; seed++)
    for (const [name, value] of Object.entries(run(seed, mistakes))) sum[name] = (sum[name] ?? 0) + value;
  return sum;
}

test(`over ${runs} sessions whose labels are permuted at each connection, no voice gets another one's label, and no word is lost`, () => {
  const sum = all(0);
  console.info(`Every label right: ${JSON.stringify(sum)}`);
  expect(sum).toMatchObject({ swapped: 0, lost: 0, repeated: 0 });
  expect(sum.reconnections).toBeGreaterThan(runs);
  expect(sum.again).toBeGreaterThan(runs);
  // Voices that said too little in the last ten seconds.
  expect(Number(sum.renamed) / Number(sum.again)).toBeLessThan(0.5);
});

test("labels of which one in seven is wrong bring new labels, and seldom another voice's", () => {
  const sum = all(0.15);
  console.info(`One label in seven wrong: ${JSON.stringify(sum)}`);
  expect(sum).toMatchObject({ lost: 0, repeated: 0 });
  expect(Number(sum.swapped) / Number(sum.again)).toBeLessThan(0.01);
});
