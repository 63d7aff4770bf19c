/** How a transcript differs from the reference. */
export interface WordErrors {
  /** Words of the reference. */
  readonly words: number;
  /** Substituted, missing and added words: the smallest number that explains the difference. */
  readonly errors: number;
}

/** Compares the words of two texts, ignoring case and punctuation: the edit distance between them. */
export function countWordErrors(reference: string, transcript: string): WordErrors {
  const said = words(reference);
  const heard = words(transcript);
  let row = heard.map((_, i) => i + 1);
  let errors = heard.length;
  said.forEach((word, i) => {
    let diagonal = i;
    let left = i + 1;
    row = row.map((above, j) => {
      const substituted = diagonal + (word === heard[j] ? 0 : 1);
      diagonal = above;
      left = Math.min(substituted, above + 1, left + 1);
      return left;
    });
    errors = row.at(-1) ?? i + 1;
  });
  return { words: said.length, errors };
}

function words(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+(?:['’][\p{L}\p{N}]+)*/gu) ?? [];
}
