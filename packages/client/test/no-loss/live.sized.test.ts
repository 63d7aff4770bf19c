import type { Fault } from "@voxpipe/emulator";
import { cases } from "@voxpipe/testing";
import type { Random } from "@voxpipe/testing/random";
import { expect, test } from "vitest";
import { lateBreaks, many, randomBreaks } from "../random-faults.ts";
import { countWords, finalWords, type LiveRun, liveRun, type Model } from "./live-run.ts";
import { type Encoding, encodings } from "./tone-sources.ts";

const minutes = 60_000;
/** What codecs and resampling move a time by, in ms. */
const toleranceMs = 100;
const earliestMs = 1_000;
const latestMs = 1_344;

const combinations = encodings.flatMap((encoding): { encoding: Encoding; model: Model }[] => [
  { encoding, model: "US" },
  { encoding, model: "U3" },
]);

test.each(combinations)(
  "$encoding, $model: sessions that break while the service answers as it does live lose, repeat and reorder no word",
  {
    timeout: 10 * minutes,
  },
  async ({ encoding, model }) => {
    const count = cases(2, 25, 100);
    const seen = { words: 0, reconnections: 0, replayedMs: 0 };
    await many(
      1_000 * combinations.findIndex((one) => one.encoding === encoding && one.model === model),
      count,
      async (seed) => {
        const run = await liveRun({ seed, encoding, model, faults: seed % 4 === 0 ? fewBreaks : lateBreaks });
        expectAllWords(run);
        expectTimes(run);
        for (const event of run.events)
          if (event.type === "Reconnected") {
            seen.reconnections++;
            seen.replayedMs += event.replayed_ms;
          }
        seen.words += run.speech.words.length;
      },
    );
    console.info(
      `${encoding}, ${model}: ${count} runs, ${seen.words} words, ${seen.reconnections} reconnections, ${seen.replayedMs} ms replayed, 0 lost`,
    );
    if (count > 20) expect(seen.reconnections).toBeGreaterThan(count / 2);
  },
);

test.each(["PCM", "mu-law"] as const)(
  "%s: the end of a turn that is reported as late as in the next word cuts none in two",
  {
    timeout: 10 * minutes,
  },
  async (encoding) => {
    await many(50_001, cases(2, 10, 40), async (seed) => {
      const lateness = (random: Random) => () => random.between(70, latestMs);
      const server = { edges: "exact" } as const;
      expectAllWords(await liveRun({ seed, encoding, model: "U3", faults: lateBreaks, lateness, server }));
    });
  },
);

function fewBreaks(random: Random): Fault[] {
  return randomBreaks(random, 3);
}

function expectAllWords(run: LiveRun): void {
  const { events } = run;
  expect(countWords(run)).toEqual({ spoken: run.speech.words.length, lost: 0, repeated: 0, broken: 0, outOfOrder: 0 });
  const orders = events.flatMap((event) => (event.type === "Turn" && event.end_of_turn ? [event.turn_order] : []));
  expect(orders).toEqual(orders.map((_, i) => i));
  expect(events.flatMap((event) => (event.type === "Reconnected" && event.lost_ms > 0 ? [event] : []))).toEqual([]);
  expect(events.filter((event) => event.type === "Unrecognized")).toEqual([]);
  expect(events.at(-1)?.type).toBe("Termination");
}

/** A word lies where it was spoken; the silence before a turn and after it may be its own. */
function expectTimes({ speech, events }: LiveRun): void {
  const spoken = new Map(speech.words.map((word) => [word.number, word]));
  for (const word of finalWords(events)) {
    const truth = spoken.get(Number(word.text.replace(/\D/g, ""))) ?? expect.fail(word.text);
    expect(Number(word.start)).toBeGreaterThanOrEqual(truth.start - earliestMs - toleranceMs);
    expect(Number(word.start)).toBeLessThanOrEqual(truth.start + toleranceMs);
    expect(Number(word.end)).toBeGreaterThanOrEqual(truth.end - toleranceMs);
    expect(Number(word.end)).toBeLessThanOrEqual(truth.end + latestMs + toleranceMs);
  }
}
