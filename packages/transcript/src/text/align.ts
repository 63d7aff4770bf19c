/** Space, and punctuation that formatting adds or removes. */
const ignored = /[ .,;:!?…。、，！？；：؟،"“”«»¿¡]/;
const withoutSpaces =
  /[\p{Ideographic}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}。、，！？]/u;

/** Replaces runs of space and control characters by one space, so that a server's text cannot break a line. */
export function oneLine(text: string): string {
  // Most texts need no change.
  return /^[!-~]+(?: [!-~]+)*$/.test(text) ? text : text.replace(/[\s\p{Cc}]+/gu, " ").trim();
}

/** Whether it begins in a script without spaces between words. */
export function hasNoSpaces(text: string): boolean {
  return withoutSpaces.test(text.slice(0, 1));
}

/** Joins two texts: with a space between them, except in scripts without spaces. */
export function joined(left: string, right: string): string {
  if (left === "" || right === "") return left + right;
  const tight = hasNoSpaces(left.slice(-1)) && hasNoSpaces(right);
  return tight ? left + right : `${left} ${right}`;
}

/**
 * Finds where each word ends in `text`, a single line, including the punctuation after it. Ignores case and punctuation. The
 * list ends at the first word that is not in `text` at its place.
 */
export function wordEnds(text: string, words: readonly { readonly text: string }[]): number[] {
  const ends: number[] = [];
  let at = 0;
  for (const word of words) {
    while (text.charAt(at) === " ") at++;
    if (text.startsWith(word.text, at)) at += word.text.length;
    else {
      for (const character of word.text) {
        if (ignored.test(character)) continue;
        while (ignored.test(text.charAt(at))) at++;
        const end = at + character.length;
        if (text.slice(at, end).toLowerCase() !== character.toLowerCase()) return ends;
        at = end;
      }
    }
    while (text.charAt(at) !== " " && ignored.test(text.charAt(at))) at++;
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
