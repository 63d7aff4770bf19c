/** How two lists of words correspond: indices into each, or `undefined` on the side without the word. */
export interface WordPair {
  readonly a: number | undefined;
  readonly b: number | undefined;
  readonly same: boolean;
}

/** A word without case and punctuation, as words are compared. */
export function bareWord(text: string): string {
  return text.toLowerCase().replace(/[^\p{L}\p{N}']/gu, "");
}

/**
 * Aligns two word lists with the fewest edits, comparing bare words. With `prefixOfB`, aligns only the part of `b` that `a`
 * fits best, and leaves out the rest of `b`.
 */
export function alignWords(a: readonly string[], b: readonly string[], prefixOfB = false): WordPair[] {
  const width = b.length + 1;
  const left = a.map(bareWord);
  const right = b.map(bareWord);
  const costs = new Uint32Array((a.length + 1) * width);
  const at = (i: number, j: number) => costs[i * width + j] ?? 0;
  for (let i = 0; i <= a.length; i++) {
    for (let j = 0; j <= b.length; j++) {
      if (i === 0 || j === 0) costs[i * width + j] = i + j;
      else {
        const exchanged = at(i - 1, j - 1) + (left[i - 1] === right[j - 1] ? 0 : 1);
        costs[i * width + j] = Math.min(exchanged, at(i - 1, j) + 1, at(i, j - 1) + 1);
      }
    }
  }
  let i = a.length;
  let j = prefixOfB ? bestPrefix(a.length, b.length, at) : b.length;
  const pairs: WordPair[] = [];
  while (i > 0 || j > 0) {
    const same = i > 0 && j > 0 && left[i - 1] === right[j - 1];
    if (i > 0 && j > 0 && at(i, j) === at(i - 1, j - 1) + (same ? 0 : 1)) pairs.push({ a: --i, b: --j, same });
    else if (i > 0 && at(i, j) === at(i - 1, j) + 1) pairs.push({ a: --i, b: undefined, same: false });
    else pairs.push({ a: undefined, b: --j, same: false });
  }
  return pairs.reverse();
}

function bestPrefix(rows: number, columns: number, cost: (i: number, j: number) => number): number {
  let best = 0;
  for (let j = 1; j <= columns; j++) {
    const difference = cost(rows, j) - cost(rows, best);
    const closer = Math.abs(j - rows) <= Math.abs(best - rows);
    if (difference < 0 || (difference === 0 && closer)) best = j;
  }
  return best;
}
