import { bareWord } from "./align-words.ts";

/** The longest phrase that is checked. */
const longestPhrase = 8;
/** How often in a row people say a word, or a phrase, on purpose. */
const mostWordRepeats = 5;
const mostPhraseRepeats = 3;

/**
 * Removes the loops that the model falls into on noise: a phrase repeated more often than people do is kept once.
 */
export function withoutLoops(words: readonly string[]): string[] {
  const kept: string[] = [];
  let i = 0;
  while (i < words.length) {
    const loop = loopAt(words.map(bareWord), i);
    kept.push(...words.slice(i, i + (loop?.phrase ?? 1)));
    i += loop ? loop.phrase * loop.times : 1;
  }
  return kept;
}

function loopAt(words: readonly string[], start: number): { phrase: number; times: number } | undefined {
  for (let phrase = 1; phrase <= longestPhrase; phrase++) {
    let end = start + phrase;
    while (end < words.length && words[end] === words[end - phrase]) end++;
    const times = Math.floor((end - start) / phrase);
    if (times > (phrase === 1 ? mostWordRepeats : mostPhraseRepeats)) return { phrase, times };
  }
  return undefined;
}
