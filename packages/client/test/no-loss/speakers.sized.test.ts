import type { Fault } from "@voxpipe/emulator";
import { cases } from "@voxpipe/testing";
import { type Random, seededRandom } from "@voxpipe/testing/random";
import { expect, test } from "vitest";
import { many } from "../random-faults.ts";
import { countWords, finalWords, liveRun } from "./live-run.ts";
import { conversation, countLabels, labelling, type Voices } from "./voices.ts";

const minutes = 60_000;
const breaks = ["drop", "reset", { close: 1011 }] as const;

test.each([
  { mistakes: 0, of: "labels every word right" },
  { mistakes: 0.15, of: "labels one word of seven wrong" },
])(
  "speakers of a service that labels them in another way on each connection, $of: no voice gets another one's label",
  { timeout: 20 * minutes },
  async ({ mistakes }) => {
    const count = cases(2, 25, 40);
    const seen = { again: 0, renamed: 0, swapped: 0, promisesBroken: 0, words: 0 };
    await many(mistakes === 0 ? 1 : 10_001, count, async (seed) => {
      let voices: Voices = new Map();
      const random = seededRandom(seed);
      const cutsTurns = seed % 3 === 0;
      const run = await liveRun({
        seed,
        encoding: random.pick(["PCM", "mu-law"]),
        model: "U3",
        talkMs: random.between(16_000, 28_000),
        options: { speakerLabels: true },
        server: { speakerCuts: cutsTurns },
        faults: breaksInSpeech,
        through(engine, speech) {
          voices = conversation(speech, random);
          return labelling(engine, voices, random, mistakes);
        },
      });
      const labels = countLabels(run.events, voices);
      seen.words += finalWords(run.events).length;
      for (const name of ["again", "renamed", "swapped", "promisesBroken"] as const) seen[name] += labels[name];
      expect(labels.swapped).toBe(0);
      if (cutsTurns) {
        // It loses words.
        expect(countWords(run)).toMatchObject({ repeated: 0, outOfOrder: 0 });
        return;
      }
      const spoken = run.speech.words.length;
      expect(countWords(run)).toEqual({ spoken, lost: 0, repeated: 0, broken: 0, outOfOrder: 0 });
      if (mistakes === 0) expect(labels.promisesBroken).toBe(0);
    });
    if (count > 20) expect(seen.again).toBeGreaterThan(count / 2);
    console.info(
      `${count} runs, ${seen.words} words; ${seen.again} times a voice spoke on after a reconnection: ` +
        `${seen.swapped} under another one's label, ${seen.renamed} under a new one (${seen.promisesBroken} of them expected to be recognized)`,
    );
  },
);

/** After some seconds of speech, so that there is something to know voices by. */
function breaksInSpeech(random: Random): Fault[] {
  return Array.from({ length: random.between(1, 4) }, (_, session): Fault => {
    return {
      when: random.pick([{ afterMs: random.between(6_000, 20_000) }, { finals: random.between(1, 3) }]),
      do: random.pick<(typeof breaks)[number]>(breaks),
      session,
    };
  });
}
