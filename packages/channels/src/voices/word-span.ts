import type { Word } from "voxpipe";
import { frameMs } from "./voice-energy.ts";

/** Frames in which a word was surely said; empty if the service gave no times. */
export interface WordSpan {
  readonly from: number;
  readonly to: number;
  /** Whether its beginning and its end are those of the word, rather than of the silence beside it. */
  readonly exactFrom: boolean;
  readonly exactTo: boolean;
}

/** Longest time in which a word of a length is said, in ms: slow speech. */
const fixedMs = 250;
const letterMs = 90;

/**
 * Where words were said. The times at the edges of a turn absorb silence, so of its first word the end counts, of its last one
 * the beginning, and not more than the word can last. Partials have no end yet.
 */
export function wordSpans(words: readonly Word[]): WordSpan[] {
  return words.map(({ text, start, end }, index) => {
    if (typeof start !== "number" || typeof end !== "number" || !(end > start))
      return { from: 0, to: 0, exactFrom: false, exactTo: false };
    const longest = fixedMs + letterMs * text.length;
    const [isFirst, isLast] = [index === 0, index === words.length - 1];
    const from = isFirst && !isLast ? Math.max(start, end - longest) : start;
    const to = isLast && !isFirst ? Math.min(end, start + longest) : end;
    return {
      from: Math.floor(from / frameMs),
      to: Math.max(Math.floor(from / frameMs) + 1, Math.ceil(to / frameMs)),
      exactFrom: !isFirst,
      exactTo: !isLast,
    };
  });
}
