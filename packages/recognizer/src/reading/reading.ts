import { alignWords, bareWord } from "./align-words.ts";

/** A word of a segment, without its times. */
export interface ReadWord {
  readonly text: string;
  /** Readings that had this word here, and readings that reached it. */
  readonly agreed: number;
  readonly readings: number;
  readonly final: boolean;
}

/** Words at the end of a reading that never become final by agreement: the audio may cut the last one short. */
const heldBack = 2;

/**
 * Merges the next reading of a growing segment into what earlier ones said. Final words keep their text; words that
 * two readings in a row agree on, from the first open one on, become final.
 */
export function mergeReading(known: readonly ReadWord[], texts: readonly string[]): ReadWord[] {
  const settled = known.filter((word) => word.final);
  const prefix = alignWords(settled.map(textOf), texts, true);
  const votes = settled.map((word, i) =>
    vote(
      word,
      prefix.some((pair) => pair.a === i && pair.same),
    ),
  );
  const open = known.slice(settled.length);
  const rest = texts.slice(prefix.filter((pair) => pair.b !== undefined).length);
  const agreeing = commonLength(open.map(textOf), rest);
  const finals = Math.min(agreeing, Math.max(0, rest.length - heldBack));
  const pairs = alignWords(open.map(textOf), rest);
  const merged = rest.map((text, i): ReadWord => {
    const pair = pairs.find(({ b }) => b === i);
    const before = pair?.a === undefined ? undefined : open[pair.a];
    const agreed = pair?.same ? (before?.agreed ?? 0) + 1 : 1;
    return { text, agreed, readings: (before?.readings ?? 0) + 1, final: i < finals };
  });
  return [...votes, ...merged];
}

const textOf = (word: ReadWord): string => word.text;

function vote(word: ReadWord, agrees: boolean): ReadWord {
  return { ...word, agreed: word.agreed + (agrees ? 1 : 0), readings: word.readings + 1 };
}

function commonLength(a: readonly string[], b: readonly string[]): number {
  let length = 0;
  while (length < Math.min(a.length, b.length) && bareWord(a[length] ?? "") === bareWord(b[length] ?? "")) length++;
  return length;
}
