import { type CaptionOptions, captions } from "../src/index.ts";
import type { Recorded } from "./recording.ts";

export interface Flicker {
  /** Shown words that changed or moved, including case and punctuation, per minute. */
  readonly rewrittenAMinute: number;
  /** From the end of a word to its appearance, in ms of the audio: mean and 90th percentile. */
  readonly meanDelay: number;
  readonly longDelay: number;
  /** The final captions, one entry per cue. */
  readonly texts: readonly string[];
}

/** Plays a recording through `captions` and compares each update with what it replaces, word by word. */
export async function measureFlicker(recorded: readonly Recorded[], options: CaptionOptions = {}): Promise<Flicker> {
  const { readable, writable } = captions(options);
  const writer = writable.getWriter();
  const shown = new Map<string, readonly string[]>();
  const appeared = new Map<string, number>();
  let at = 0;
  let rewritten = 0;
  const reading = (async () => {
    for await (const { id, text } of readable) {
      const words = text.split(/\s/).filter((word) => word !== "");
      rewritten += (shown.get(id) ?? []).filter((word, i) => words[i] !== word).length;
      shown.set(id, words);
      for (const i of words.keys()) if (!appeared.has(`${id} ${i}`)) appeared.set(`${id} ${i}`, at);
    }
  })();
  for (const { at: now, event } of recorded) {
    at = now;
    await writer.write(event);
    // The reader takes all effects of this event before the next one is written.
    await new Promise((resolve) => setImmediate(resolve));
  }
  await writer.close();
  await reading;
  const delays = wordDelays(recorded, shown, appeared).sort((a, b) => a - b);
  return {
    rewrittenAMinute: rewritten / ((recorded.at(-1)?.at ?? 0) / 60_000),
    meanDelay: delays.reduce((sum, delay) => sum + delay, 0) / delays.length,
    longDelay: delays[Math.floor(0.9 * delays.length)] ?? 0,
    texts: [...shown.values()].map((words) => words.join(" ")),
  };
}

function wordDelays(
  recorded: readonly Recorded[],
  shown: ReadonlyMap<string, readonly string[]>,
  appeared: ReadonlyMap<string, number>,
): number[] {
  return recorded
    .filter(({ event }) => event.end_of_turn === true && Array.isArray(event.words))
    .flatMap(({ event }) => {
      const spoken: { end: number }[] = Array.isArray(event.words) ? event.words : [];
      const cues = [...shown].filter(([id]) => id.startsWith(`${event.turn_order}.`));
      const seen = cues.flatMap(([id, words]) => words.map((_, i) => appeared.get(`${id} ${i}`) ?? 0));
      return spoken.slice(0, seen.length).map(({ end }, i) => (seen[i] ?? 0) - end);
    });
}
