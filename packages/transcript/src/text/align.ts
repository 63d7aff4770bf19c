const space = /\s/;
const punctuation = /\p{P}/u;
/** What formatting adds or removes. */
const ignored = /[\s\p{P}]/u;
const withoutSpaces = /^[\p{scx=Hani}\p{scx=Hira}\p{scx=Kana}\p{scx=Thai}\p{scx=Laoo}\p{scx=Khmr}\p{scx=Mymr}！-？]/u;
/** A line's end between two of them. */
const tight =
  /([\p{scx=Hani}\p{scx=Hira}\p{scx=Kana}\p{scx=Thai}\p{scx=Laoo}\p{scx=Khmr}\p{scx=Mymr}！-？])\n(?=[\p{scx=Hani}\p{scx=Hira}\p{scx=Kana}\p{scx=Thai}\p{scx=Laoo}\p{scx=Khmr}\p{scx=Mymr}！-？])/gu;

/** Replaces runs of space and control characters by one space, so that a server's text cannot break a line. */
export function oneLine(text: string): string {
  return text.replace(/[\s\p{Cc}]+/gu, " ").trim();
}

/** Whether it begins in a script without spaces between words. */
export function hasNoSpaces(text: string): boolean {
  return withoutSpaces.test(text);
}

/** Whether no space belongs between the two: both are in scripts without spaces. */
export function isTight(left: string, right: string): boolean {
  return hasNoSpaces([...left.slice(-2)].at(-1) ?? "") && hasNoSpaces(right);
}

/** Joins texts, each a single line or empty: with a space between them, except in scripts without spaces. */
export function joined(texts: readonly string[]): string {
  return texts.filter(Boolean).join("\n").replace(tight, "$1").replaceAll("\n", " ");
}

/**
 * Finds where each word ends in `text`, a single line, including the punctuation after it. Ignores case and punctuation. The
 * list ends at the first word that is not in `text` at its place.
 */
export function wordEnds(text: string, words: readonly { readonly text: string }[]): number[] {
  const ends: number[] = [];
  let at = 0;
  const skip = (kind: RegExp) => {
    while (kind.test(text.charAt(at))) at++;
  };
  for (const word of words) {
    skip(space);
    if (text.startsWith(word.text, at)) at += word.text.length;
    else {
      for (const character of word.text) {
        if (ignored.test(character)) continue;
        skip(ignored);
        const end = at + character.length;
        if (text.slice(at, end).toLowerCase() !== character.toLowerCase()) return ends;
        at = end;
      }
    }
    skip(punctuation);
    ends.push(at);
  }
  return ends;
}

/** The text without case, space and punctuation. */
export function bare(text: string): string {
  return Array.from(text.toLowerCase())
    .filter((character) => !ignored.test(character))
    .join("");
}
