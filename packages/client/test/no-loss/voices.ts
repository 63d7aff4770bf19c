import type { StreamingEvent } from "@voxpipe/core";
import type { Engine, EngineListener, EngineWord } from "@voxpipe/emulator";
import type { Random } from "@voxpipe/testing/random";
import type { ToneSpeech } from "./tone-speech.ts";

/** Who says a word of tones, by its number. */
export type Voices = ReadonlyMap<number, string>;

const letters = ["A", "B", "C", "D", "E", "F"];

/** A conversation: each voice says one word or some, and then another one speaks. */
export function conversation({ words }: ToneSpeech, random: Random): Voices {
  const voices = ["ann", "ben", "cleo", "dan"].slice(0, random.between(2, 4));
  const said = new Map<number, string>();
  let voice = 0;
  let left = 0;
  for (const { number } of words) {
    if (left-- === 0) {
      voice = (voice + random.between(1, voices.length - 1)) % voices.length;
      left = random.between(0, 11);
    }
    said.set(number, voices[voice] ?? "");
  }
  return said;
}

/**
 * Labels the words of an engine, on each connection in another way. Of a word that is not understood the speaker is not known.
 *
 * @param mistakes the part of the words that get the label of another voice
 */
export function labelling(engine: Engine, voices: Voices, random: Random, mistakes = 0): Engine {
  const names = [...new Set(voices.values())];
  return {
    name: engine.name,
    async open(listener, parameters) {
      const labels = letters.slice(0, names.length).toSorted(() => random.next() - 0.5);
      const labelled = (word: EngineWord): EngineWord => {
        const voice = voices.get(numberOf(word.text));
        const wrong = random.next() < mistakes ? random.between(1, names.length - 1) : 0;
        const speaker = voice && labels[(names.indexOf(voice) + wrong) % names.length];
        return speaker === undefined ? word : { ...word, speaker };
      };
      const heard: EngineListener["heard"] = (hearing) =>
        listener.heard({ ...hearing, words: hearing.words.map(labelled) });
      const session = await engine.open({ heard, failed: (error) => listener.failed(error) }, parameters);
      return {
        write: (samples) => session.write(samples),
        endpoint: async () => (await session.endpoint()).map(labelled),
        close: () => session.close(),
      };
    },
  };
}

function numberOf(text: string): number {
  return Number(text.replace(/^w(\d+)\.?$/i, "$1"));
}

/** How a session's labels went over its connections. */
export interface LabelCount {
  /** Voices that spoke on a later connection and had a label. */
  readonly again: number;
  /** Of these, those with a new label. */
  readonly renamed: number;
  /** Labels that a later connection gave to another voice. */
  readonly swapped: number;
  /** Voices that `Reconnected` said are heard again, and that spoke under a new label all the same. */
  readonly promisesBroken: number;
}

/** A label belongs to the voice that says most of its words on the connection that brought it. */
export function countLabels(events: readonly StreamingEvent[], voices: Voices): LabelCount {
  const count = { again: 0, renamed: 0, swapped: 0, promisesBroken: 0 };
  const owners = new Map<string, string>();
  let heardAgain: readonly string[] = [];
  let spoken = new Map<string, string[]>();
  const settle = () => {
    const known = new Set(owners.values());
    const now = new Map<string, Set<string>>();
    for (const [label, said] of spoken) {
      const voice = mostFrequent(said);
      const owner = owners.get(label);
      if (owner !== undefined && owner !== voice) count.swapped++;
      now.set(voice, (now.get(voice) ?? new Set()).add(label));
    }
    for (const [voice, labels] of now) {
      if (!known.has(voice)) continue;
      count.again++;
      const old = [...owners].filter(([, owner]) => owner === voice).map(([label]) => label);
      if (old.some((label) => labels.has(label))) continue;
      count.renamed++;
      if (old.some((label) => heardAgain.includes(label))) count.promisesBroken++;
    }
    for (const [voice, labels] of now) for (const label of labels) if (!owners.has(label)) owners.set(label, voice);
    spoken = new Map();
  };
  for (const event of events) {
    if (event.type === "Reconnected") {
      settle();
      heardAgain = event.speakers?.heard_again ?? [];
    }
    if (event.type !== "Turn" || !event.end_of_turn) continue;
    for (const { text, speaker } of event.words) {
      const voice = voices.get(numberOf(text));
      if (voice !== undefined && typeof speaker === "string")
        spoken.set(speaker, [...(spoken.get(speaker) ?? []), voice]);
    }
  }
  settle();
  return count;
}

function mostFrequent(values: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].toSorted(([, a], [, b]) => b - a)[0]?.[0] ?? "";
}
