import type { ReconnectedSpeakers } from "../protocol/messages.ts";
import type { Timeline } from "../session/timeline.ts";
import { enoughWords } from "./label-votes.ts";
import { LabelledTimeline, mostLabels } from "./labelled-timeline.ts";
import { RecentWords } from "./recent-words.ts";

/** The most final audio that a new connection gets once more, in ms. The service reads in real time, so captions are late by it. */
const mostReplayedMs = 10_000;
/** The words that each voice should say in it, of which a few may be read or labelled in another way. */
const wantedWords = enoughWords + 3;
/** Ahead of the first word that is compared, in ms. */
const leadMs = 100;

/**
 * The speakers of a session. The service labels them from "A" on every connection; here each voice keeps the label that it had
 * first. A new connection gets some audio that is final already: comparing its labels there with those that the session
 * showed identifies the voices. A voice that is not identified gets a label that was not used before.
 */
export class Speakers {
  readonly keptMs = mostReplayedMs;
  readonly recent = new RecentWords(mostReplayedMs);
  readonly #labels = new Set<string>();
  #numbered = 0;

  /** Where to read again, so that each voice of the last seconds says enough. Infinity: nothing is worth it. */
  fromMs(settledMs: number): number {
    const oldestMs = settledMs - mostReplayedMs;
    const words = this.recent.since(oldestMs);
    const missing = new Map(words.map(({ speaker }) => [speaker, wantedWords]));
    let fromMs = Number.POSITIVE_INFINITY;
    for (const { speaker, startMs } of words.toReversed()) {
      if (missing.size === 0) break;
      fromMs = Math.min(fromMs, startMs - leadMs);
      const left = (missing.get(speaker) ?? 0) - 1;
      if (left > 0) missing.set(speaker, left);
      else missing.delete(speaker);
    }
    return Math.max(fromMs, oldestMs);
  }

  /** A connection that starts there: see `ConnectionTimeline`. */
  timeline(timeline: Timeline, startMs: number, replayedMs: number, pauseMs?: number): LabelledTimeline {
    return new LabelledTimeline(this, timeline, startMs, replayedMs, pauseMs);
  }

  /** Which voices can be identified by what they say from `startMs` on. */
  since(startMs: number): ReconnectedSpeakers {
    const counts = new Map<string, number>();
    for (const { speaker } of this.recent.since(startMs)) counts.set(speaker, (counts.get(speaker) ?? 0) + 1);
    const isHeard = (label: string) => (counts.get(label) ?? 0) >= enoughWords;
    const labels = [...this.#labels];
    return { heard_again: labels.filter(isHeard), not_heard: labels.filter((label) => !isHeard(label)) };
  }

  /** Whether the session has shown this label. */
  has(label: string): boolean {
    return this.#labels.has(label);
  }

  /** A label for a voice that is not known: the service's, or if another voice has it, the first that none has. */
  add(wanted: string): string {
    let label = wanted;
    while (this.#labels.has(label)) label = labelOf(this.#numbered++);
    if (this.#labels.size < mostLabels) this.#labels.add(label);
    return label;
  }
}

/** A to Z, A2 to Z2, and so on. */
function labelOf(number: number): string {
  const letter = String.fromCharCode(65 + (number % 26));
  return number < 26 ? letter : `${letter}${1 + Math.floor(number / 26)}`;
}
