import { finite } from "../protocol/finite.ts";
import type { TurnEvent, Word } from "../protocol/messages.ts";

/** How much two readings of the same audio may differ, in ms; less than the shortest word. */
const usualJitterMs = 50;
/** How much later than at the first reading a word that is read again may end, in ms: last words absorb silence. */
const lateAgainMs = 400;

/** The last word of what final turns have said, in ms of the source. */
export interface Covered {
  readonly startMs: number;
  readonly endMs: number;
  readonly text: string;
}

/**
 * Finds the words that a connection reads again because its audio starts before the end of the last final turn. Inside a turn
 * times are right, but the first word may start up to a second before it is spoken, and the last one of a final turn may end
 * as much later. So a word is judged by the edge that can be trusted, and by its text if there is none.
 */
export class RepeatedWords {
  readonly #covered: Covered;
  readonly #pauseMs: number;
  /** The last partial: its words, and whether they were repeated ones, since all of their ends can be trusted. */
  #partial: readonly { readonly text: string; readonly repeated: boolean }[] = [];
  #order = -1;

  /** @param pauseMs where the pause after that word is, if it is known: nothing behind it can end later than it did */
  constructor(covered: Covered, pauseMs = Number.POSITIVE_INFINITY) {
    this.#covered = covered;
    this.#pauseMs = pauseMs;
  }

  /** Takes repeated words out of a turn; no other starts before what final turns have said ends. Returns whether there were any. */
  remove(event: TurnEvent): boolean {
    if (event.turn_order !== this.#order) this.#partial = [];
    this.#order = event.turn_order;
    const last = event.end_of_turn ? event.words.length - 1 : -1;
    const judged = event.words.map((word, index) => ({
      text: plain(word.text),
      repeated: this.#isRepeated(word, index, index === last),
    }));
    if (!event.end_of_turn) this.#partial = judged;
    const kept = event.words.filter((_, index) => judged[index]?.repeated !== true);
    const [first] = kept;
    if (first !== undefined && (finite(first.start) ?? this.#covered.endMs) < this.#covered.endMs)
      first.start = Math.min(this.#covered.endMs, finite(first.end) ?? this.#covered.endMs);
    if (kept.length === event.words.length) return false;
    event.words = kept;
    event.transcript = kept.map(({ text }) => text).join(" ");
    return true;
  }

  /** @param late whether its end may be late */
  #isRepeated(word: Word, index: number, late: boolean): boolean {
    const [start, end] = [finite(word.start), finite(word.end)];
    if (start === undefined || end === undefined) return false;
    const { endMs } = this.#covered;
    const inPause = start >= this.#pauseMs - usualJitterMs;
    const jitterMs = inPause ? 0 : usualJitterMs;
    if (end <= endMs + jitterMs) return true;
    if (index > 0 && start >= endMs - jitterMs) return false;
    const text = plain(word.text);
    const before = this.#partial[index];
    // A word that a partial ends early may be new. If the audio starts in a pause, no part of a word is read again, and the text decides.
    if (late && before?.text === text && !(inPause && before.repeated)) return before.repeated;
    return end <= endMs + (late ? lateAgainMs : 2 * jitterMs) && text === plain(this.#covered.text);
  }
}

/** Without case and punctuation, in which readings of the same word differ. */
export function plain(text: string): string {
  return text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");
}
