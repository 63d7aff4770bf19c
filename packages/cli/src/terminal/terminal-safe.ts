/**
 * What a terminal would act on instead of showing it: control characters (C0, DEL, C1), among them the beginnings of escape
 * sequences; line and paragraph separators; and what turns the direction of the text around it.
 */
const acts = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu;

/** Text from elsewhere (a transcript, a message, a file's name) on one line of a terminal. Runs of space become one. */
export function oneLine(text: string): string {
  return text
    .replace(/\p{Bidi_Control}+/gu, "")
    .replace(/[\s\p{Cc}]+/gu, " ")
    .trim();
}

/** A value as JSON on one line, without its end. What a terminal would act on is escaped, so that the value stays the same. */
export function jsonLine(value: unknown): string {
  return JSON.stringify(value).replace(acts, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
