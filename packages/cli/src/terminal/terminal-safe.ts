/**
 * Characters that a terminal would act on instead of showing: control characters (C0, DEL, C1), which begin escape
 * sequences; line and paragraph separators; and those that change the direction of text.
 */
const acts = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu;

/** Makes foreign text (a transcript, a message, a file's name) safe for one line of a terminal. Runs of space become one. */
export function oneLine(text: string): string {
  return text
    .replace(/\p{Bidi_Control}+/gu, "")
    .replace(/[\s\p{Cc}]+/gu, " ")
    .trim();
}

/** A value as JSON on one line, without a line end. Escapes what a terminal would act on, so that the value stays the same. */
export function jsonLine(value: unknown): string {
  return JSON.stringify(value).replace(acts, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
