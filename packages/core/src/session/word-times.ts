import { finite } from "../protocol/finite.ts";
import type { TurnEvent, Word } from "../protocol/messages.ts";
import type { Covered } from "./repeated-words.ts";

/** The latest end among the words, which may come in any order; 0 if none has one. */
export function lastEnd({ words }: { readonly words: readonly Word[] }): number {
  let last = 0;
  for (const { end } of words) last = Math.max(last, finite(end) ?? 0);
  return last;
}

/** The word that ends last, of those with an end; undefined if none has one. */
export function lastWord({ words }: { readonly words: readonly Word[] }): Covered | undefined {
  let last: Covered | undefined;
  for (const { start, end, text } of words) {
    const endMs = finite(end);
    if (endMs !== undefined && endMs > (last?.endMs ?? 0)) last = { startMs: finite(start) ?? endMs, endMs, text };
  }
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
