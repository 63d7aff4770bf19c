import type { EngineWord } from "../engines/engine.ts";
import { seededRandom } from "../seeded-random.ts";

/** Whether the times of a turn's first and last word are the engine's, or absorb silence as the service's do. */
export type Edges = "live" | "exact";

/** The times that a session reports for the words of its turns. */
export interface EdgeTimes {
  /** Words of a turn that continues. */
  open(words: readonly EngineWord[]): readonly EngineWord[];
  /**
   * Words of a turn that has ended, and of which nothing was heard after `cutMs`. The next turn begins.
   *
   * @param through whether it was cut through, so that there is no silence for the next one to absorb
   */
  close(words: readonly EngineWord[], cutMs: number, through: boolean): readonly EngineWord[];
}

export const exactEdges: EdgeTimes = {
  open: (words) => words,
  close: (words) => words,
};

/** How much earlier than it is spoken a turn's first word begins, after silence, in ms. */
const early = { least: 980, most: 1_000 };
/** How much of the silence that ended a turn is not its last word's, in ms: all but 240 ms of the usual 430, at the median. */
const left = { least: 100, most: 280 };
/** How much later than it is spoken a turn's last word ends, in ms, if there was such silence. */
const late = { least: 70, most: 1_344 };

/**
 * The service's times at the edges of a turn, which absorb silence (protocol.md section 11): the first word begins up to a
 * second early, the last one ends late, but not behind what was heard. Between turns no times overlap. Drawn from a seed.
 */
export class LiveEdges implements EdgeTimes {
  readonly #random: () => number;
  /** Where the turn before ended, as was reported. */
  #floor = 0;
  #early: number;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
    this.#early = this.#between(early);
  }

  open(words: readonly EngineWord[]): readonly EngineWord[] {
    const [first, ...rest] = words;
    if (first === undefined) return words;
    const start = Math.min(first.start, Math.max(this.#floor, first.start - this.#early));
    return [{ ...first, start }, ...rest];
  }

  close(words: readonly EngineWord[], cutMs: number, through: boolean): readonly EngineWord[] {
    const opened = this.open(words);
    const last = opened.at(-1);
    if (last === undefined) return words;
    const silence = cutMs - last.end;
    const wanted = Math.min(late.most, Math.max(late.least, silence - this.#between(left)));
    const end = Math.max(last.start, last.end + Math.min(silence, wanted));
    this.#floor = through ? cutMs : end;
    this.#early = through ? 0 : this.#between(early);
    return [...opened.slice(0, -1), { ...last, end }];
  }

  #between({ least, most }: { readonly least: number; readonly most: number }): number {
    return least + this.#random() * (most - least);
  }
}
