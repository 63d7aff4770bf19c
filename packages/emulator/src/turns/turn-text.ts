import type { EngineWord } from "../engines/engine.ts";

/** The words as running text. */
export function joined(words: readonly { readonly text: string }[]): string {
  return words.map(({ text }) => text).join(" ");
}

/** A word as an unformatted turn has it: no capitals, no punctuation but what holds a word together. */
export function plainWord<Word extends EngineWord>(word: Word): Word {
  const text = word.text.toLowerCase().replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, "");
  return text === "" ? word : { ...word, text };
}

/** Words as a formatted turn has them: a capital first, a mark last if it is `whole`; what the engine wrote is kept. */
export function sentence<Word extends EngineWord>(words: readonly Word[], whole = true): Word[] {
  const last = words.length - 1;
  return words.map((word, index) => {
    let { text } = word;
    if (index === 0) text = text.charAt(0).toUpperCase() + text.slice(1);
    if (whole && index === last && /[\p{L}\p{N}]$/u.test(text)) text += ".";
    return { ...word, text };
  });
}
