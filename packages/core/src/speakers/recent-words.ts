import type { Word } from "../protocol/messages.ts";
import { plain } from "../session/repeated-words.ts";

/** A word of a final turn, in ms of the source. */
export interface LabelledWord {
  readonly startMs: number;
  readonly endMs: number;
  readonly text: string;
  /** The session's label. */
  speaker: string;
}

/** Words that are remembered: ten seconds of the fastest speech have fewer. */
const mostWords = 128;

/** The words of final turns of the last seconds, and who said them. */
export class RecentWords {
  readonly #keptMs: number;
  #words: LabelledWord[] = [];

  constructor(keptMs: number) {
    this.#keptMs = keptMs;
  }

  /** In the order of their turns. */
  since(ms: number): readonly LabelledWord[] {
    return this.#words.filter(({ startMs }) => startMs >= ms);
  }

  /** Words of a final turn, with the session's times and labels. */
  add(words: readonly Word[]): void {
    for (const word of words) {
      const labelled = asLabelled(word);
      if (labelled) this.#words.push(labelled);
    }
    const last = this.#words.at(-1)?.endMs ?? 0;
    this.#words = this.#words.filter(({ endMs }) => endMs > last - this.#keptMs).slice(-mostWords);
  }

  /** The service has corrected the labels of words. */
  correct(words: readonly Word[]): void {
    for (const word of words) {
      const known = this.#words.find(({ startMs, text }) => startMs === word.start && text === plain(word.text));
      if (known && typeof word.speaker === "string") known.speaker = word.speaker;
    }
  }

  /** Who said the word that is read again: one of the same text that lies there. Of two, the one that lies there longer. */
  speakerOf({ startMs, endMs, text }: LabelledWord): string | undefined {
    let [best, mostMs]: [string | undefined, number] = [undefined, 0];
    for (const word of this.#words) {
      const sharedMs = Math.min(endMs, word.endMs) - Math.max(startMs, word.startMs);
      if (word.text === text && sharedMs > mostMs) [best, mostMs] = [word.speaker, sharedMs];
    }
    return best;
  }
}

/** Undefined without times, a text or a speaker. */
export function asLabelled({ start, end, text, speaker }: Word): LabelledWord | undefined {
  if (typeof start !== "number" || typeof end !== "number" || typeof speaker !== "string") return undefined;
  const same = plain(text);
  return same === "" ? undefined : { startMs: start, endMs: end, text: same, speaker };
}
