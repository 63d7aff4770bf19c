import { finite } from "../protocol/finite.ts";
import type { TurnEvent, Word } from "../protocol/messages.ts";

/** The latest end among the words, which may come in any order; 0 if none has one. */
export function lastEnd({ words }: { readonly words: readonly Word[] }): number {
  let last = 0;
  for (const { end } of words) last = Math.max(last, finite(end) ?? 0);
  return last;
}

/** Where the middle of a word lies; undefined without times. */
export function middleOf({ start, end }: Word): number | undefined {
  const [from, to] = [finite(start), finite(end)];
  return from === undefined || to === undefined ? undefined : (from + to) / 2;
}

/** Leaves the words of which the greater part lies behind `ms`, and those without times. Returns whether it took some out. */
export function keepWords(event: TurnEvent, ms: number): boolean {
  const kept = event.words.filter((word) => !((middleOf(word) ?? Number.POSITIVE_INFINITY) <= ms));
  if (kept.length === event.words.length) return false;
  event.words = kept;
  event.transcript = kept.map((word) => word.text).join(" ");
  return true;
}
