import type { Turn } from "../store/turn.ts";
import { hasNoSpaces, wordEnds } from "../text/align.ts";

/** A word with its punctuation, or a part of one that is longer than a line. Times are in ms of the audio. */
export interface Piece {
  readonly text: string;
  /** Whether a space precedes it. */
  readonly spaced: boolean;
  readonly start: number;
  readonly end: number;
  readonly speaker?: string | undefined;
  /** Whether the service says that its text is final. */
  readonly isFinal: boolean;
}

/** Most characters in a line. */
export const lineLength = 42;
/** Most characters per second that can be read. */
export const readingSpeed = 17;

/** The turn's text in pieces of at most a line, with times without the silence at its edges. */
export function piecesOf(turn: Turn): Piece[] {
  return withoutSilence(withTimes(wordPieces(turn).flatMap(lineSized)));
}

/** The words as in `text`; if `text` has other words, those of `text`, spread over its time. */
function wordPieces({ text, words, start, end, speaker, isFinal }: Turn): Piece[] {
  const ends = wordEnds(text, words);
  if (ends.length === words.length && ends.at(-1) === text.length) {
    return words.flatMap((word, i) => {
      const part = text.slice(ends[i - 1] ?? 0, ends[i]);
      const piece = { text: part.trim(), spaced: part.startsWith(" ") };
      return piece.text === "" ? [] : { ...word, speaker: word.speaker ?? speaker, ...piece };
    });
  }
  const whole = { text, spaced: false, start, end, speaker, isFinal };
  return split(whole, text.split(/(?= )/));
}

/** Pieces that fit a line. Scripts without spaces break between any two characters. */
function lineSized(piece: Piece): Piece[] {
  if (piece.text.length <= lineLength) return [piece];
  const parts: string[] = [];
  for (const character of graphemes(piece.text)) {
    const last = parts.at(-1);
    if (last === undefined || hasNoSpaces(character) || last.length + character.length > lineLength)
      parts.push(character);
    else parts[parts.length - 1] = last + character;
  }
  return split(piece, parts);
}

function graphemes(text: string): string[] {
  const segments = new Intl.Segmenter().segment(text);
  // A grapheme may have any number of combining marks.
  return Array.from(segments, ({ segment }) => segment.match(/.{1,40}/gsu) ?? []).flat();
}

/** One piece as several, each with its share of the time. */
function split(piece: Piece, parts: readonly string[]): Piece[] {
  const rate = (piece.end - piece.start) / piece.text.length;
  let at = 0;
  return parts.map((part) => {
    const start = piece.start + at * rate;
    at += part.length;
    const spaced = part.startsWith(" ") || (at === part.length && piece.spaced);
    return { ...piece, text: part.trim(), spaced, start, end: piece.start + at * rate };
  });
}

/** Words without a duration get the time up to the next word that has one, but no more than it takes to read them. */
function withTimes(pieces: readonly Piece[]): Piece[] {
  let free = pieces[0]?.start ?? 0;
  return pieces.map((piece, i) => {
    if (piece.end > piece.start) {
      free = piece.end;
      return piece;
    }
    const next = pieces.findIndex((other, k) => k > i && other.end > other.start);
    const run = pieces.slice(i, next < 0 ? undefined : next).reduce((sum, other) => sum + other.text.length + 1, 0);
    const room = next < 0 ? Number.POSITIVE_INFINITY : Math.max(0, (pieces[next]?.start ?? 0) - free);
    const share = (piece.text.length + 1) / run;
    const start = free;
    free += Math.min(room * share, (piece.text.length + 1) * (1000 / readingSpeed));
    return { ...piece, start, end: free };
  });
}

/** The service adds the silence around a turn to its first and last words: this cuts what is longer than a word can be. */
function withoutSilence(pieces: Piece[]): Piece[] {
  const first = pieces[0];
  if (first) pieces[0] = { ...first, start: Math.max(first.start, first.end - longest(first.text)) };
  const last = pieces.at(-1);
  if (last) pieces[pieces.length - 1] = { ...last, end: Math.min(last.end, last.start + longest(last.text)) };
  return pieces;
}

/** How long a word lasts at most, in ms, when spoken slowly. */
function longest(text: string): number {
  return 250 + text.length * (hasNoSpaces(text) ? 250 : 70);
}
