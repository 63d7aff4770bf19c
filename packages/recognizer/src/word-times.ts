import { WINDOW } from "./audio-format.ts";

/** From and to, in samples of the segment. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * Estimates when each word was said: the model tells no times. The words are spread over the voiced windows by their
 * length in letters.
 */
export function spreadWords(texts: readonly string[], voiced: readonly boolean[]): Span[] {
  const windows = voiced.flatMap((voice, i) => (voice ? [i] : []));
  const weights = texts.map((text) => 1.5 + text.replace(/[^\p{L}\p{N}]/gu, "").length);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const place = (share: number, end: boolean): number => {
    const exact = share * windows.length;
    const index = Math.min(windows.length - 1, end ? Math.ceil(exact) - 1 : Math.floor(exact));
    return ((windows[Math.max(0, index)] ?? 0) + exact - index) * WINDOW;
  };
  let before = 0;
  return weights.map((weight) => {
    const start = place(before / total, false);
    before += weight;
    return { start, end: Math.max(start, place(before / total, true)) };
  });
}
