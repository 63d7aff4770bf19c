import { bareWord } from "../src/reading/align-words.ts";

/** Substituted, missing and added words of `heard`, divided by the words of `reference`; ignores case and punctuation. */
export function wordErrorRate(reference: string, heard: string): number {
  const wanted = bareWords(reference);
  if (wanted.length === 0) throw new RangeError("The reference has no words, so there is no rate.");
  return fewestEdits(wanted, bareWords(heard)) / wanted.length;
}

function bareWords(text: string): string[] {
  return text
    .split(/[\s-]+/)
    .map(bareWord)
    .filter((word) => word !== "");
}

function fewestEdits(a: readonly string[], b: readonly string[]): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (const [i, word] of a.entries()) {
    const next = [i + 1];
    for (const [j, other] of b.entries()) {
      const exchanged = (row[j] ?? 0) + (word === other ? 0 : 1);
      next.push(Math.min(exchanged, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
