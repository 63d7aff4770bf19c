/** Space, and punctuation that formatting adds or takes away. */
const ignored = ' .,;:!?…。、，！？；：؟،"“”«»¿¡';
const isIgnored = (character: string) => character !== "" && ignored.includes(character);
const withoutSpaces =
  /[\p{Ideographic}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}。、，！？]/u;

/** Runs of space and control characters as one space, so that no text of a server breaks a line. */
export function oneLine(text: string): string {
  // Most texts are in order already.
  return /^[!-~]+(?: [!-~]+)*$/.test(text) ? text : text.replace(/[\s\p{Cc}\u2028\u2029]+/gu, " ").trim();
}

/** Whether it begins in a script that puts no spaces between words. */
export function hasNoSpaces(text: string): boolean {
  return withoutSpaces.test(text.slice(0, 1));
}

/** Two texts as one: with a space between them, except in scripts that have none. */
export function joined(left: string, right: string): string {
  if (left === "" || right === "") return left + right;
  const tight = hasNoSpaces(left.slice(-1)) && hasNoSpaces(right);
  return tight ? left + right : `${left} ${right}`;
}

/**
 * For each of the words, where it ends in `text`, a single line, punctuation behind it included. Case and punctuation are ignored. The
 * list ends at the first word that `text` does not have there.
 */
export function wordEnds(text: string, words: readonly { readonly text: string }[]): number[] {
  const ends: number[] = [];
  let at = 0;
  for (const word of words) {
    while (text.charAt(at) === " ") at++;
    if (text.startsWith(word.text, at)) at += word.text.length;
    else {
      for (const character of word.text) {
        if (isIgnored(character)) continue;
        while (isIgnored(text.charAt(at))) at++;
        const end = at + character.length;
        if (text.slice(at, end).toLowerCase() !== character.toLowerCase()) return ends;
        at = end;
      }
    }
    while (text.charAt(at) !== " " && isIgnored(text.charAt(at))) at++;
    ends.push(at);
  }
  return ends;
}

/** The text without case, space and punctuation. */
export function bare(text: string): string {
  return Array.from(text.toLowerCase())
    .filter((character) => !isIgnored(character))
    .join("");
}
