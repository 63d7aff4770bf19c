import { append, breakCost } from "../cues/lines.ts";
import { lineLength, type Piece, piecesOf, readingSpeed } from "../cues/pieces.ts";
import { longest, shortest } from "../cues/split.ts";
import type { Turn } from "../store/turn.ts";
import { bare } from "../text/align.ts";
import { Agreement } from "./agreement.ts";

/** How to treat words that may still change. */
export interface ShownWords {
  readonly provisional: boolean;
  readonly agreement: number;
  readonly restyle: boolean;
}

/** One cue on a screen. */
export interface CaptionUpdate {
  /** A later update with the same `id` replaces this one. */
  readonly id: string;
  /** One or two lines of at most 42 characters, separated by `\n`. Empty: remove the cue. */
  readonly text: string;
  /** The beginning of `text` that is final; the rest is provisional. */
  readonly stableText: string;
  /** Start, in ms of the audio. */
  readonly start: number;
  /** End, in ms of the audio. While the turn continues: the latest time at which the cue must leave the screen. */
  readonly end: number;
  /** Whether its turn is over. */
  readonly isFinal: boolean;
  readonly speaker?: string | undefined;
  readonly channel?: string | undefined;
}

/** The words of one turn that are on the screen, and their cues. */
export class ShownTurn {
  readonly #agreement = new Agreement();
  #words: readonly Piece[] = [];
  /** How many of them were shown as final. */
  #settled = 0;
  #cues: readonly CaptionUpdate[] = [];

  /** Takes another reading of the turn, undefined if it was removed, and returns the cues that change. */
  read(turn: Turn | undefined, how: ShownWords): CaptionUpdate[] {
    const before = this.#cues;
    this.#cues = turn ? this.#read(turn, how) : [];
    const gone = before.slice(this.#cues.length).map((cue) => ({ ...cue, text: "", stableText: "", isFinal: true }));
    return [...this.#cues.filter((cue, i) => !sameCue(cue, before[i])), ...gone];
  }

  #read(turn: Turn, { provisional, agreement, restyle }: ShownWords): CaptionUpdate[] {
    const pieces = piecesOf(turn);
    const settled = turn.isFinal ? pieces.length : this.#agreement.read(pieces, agreement);
    // Shown words stay until others are as certain as they were.
    if (turn.isFinal || provisional || settled >= this.#words.length) {
      const words = provisional ? pieces : pieces.slice(0, settled);
      this.#words = restyle ? words : unstyled(words, this.#words.slice(0, this.#settled));
      this.#settled = settled;
    }
    return layOut(turn, this.#words, settled);
  }
}

/** The words in the form in which they were first shown, if only case and punctuation differ. */
function unstyled(words: readonly Piece[], shown: readonly Piece[]): Piece[] {
  return words.map((word, i) => {
    const text = shown[i]?.text;
    return text !== undefined && bare(text) === bare(word.text) ? { ...word, text } : word;
  });
}

/** Fills line after line, so that a word never moves because of a following one. */
function layOut(turn: Turn, words: readonly Piece[], settled: number): CaptionUpdate[] {
  const { order, isFinal, speaker, channel } = turn;
  const cues: CaptionUpdate[] = [];
  let text = "";
  let stableText = "";
  let line = "";
  let first: Piece | undefined;
  words.forEach((word, i) => {
    const longer = append(line, word);
    const fits = longer.length <= lineLength;
    const isFull = text.includes("\n") && (!fits || (breakCost(line) === 0 && line.length > lineLength / 2));
    if (first && (isFull || word.speaker !== first.speaker)) {
      first = undefined;
      text = stableText = "";
    }
    if (first === undefined) {
      first = word;
      line = text = word.text;
    } else {
      text = fits ? text + longer.slice(line.length) : `${text}\n${word.text}`;
      line = fits ? longer : word.text;
    }
    if (i < settled) stableText = text;
    const until = Math.max(word.end, first.start + shortest, first.start + (1000 * text.length) / readingSpeed);
    const end = isFinal || i < words.length - 1 ? Math.min(until, first.start + longest) : first.start + longest;
    const id = `${order}.${text === word.text && first === word ? cues.length : cues.length - 1}`;
    const cue = {
      id,
      text,
      stableText,
      start: Math.round(first.start),
      end: Math.round(end),
      isFinal,
      speaker: word.speaker ?? speaker,
      channel,
    };
    if (first === word) cues.push(cue);
    else cues[cues.length - 1] = cue;
  });
  return cues;
}

function sameCue(a: CaptionUpdate, b: CaptionUpdate | undefined): boolean {
  return (
    a.text === b?.text &&
    a.stableText === b.stableText &&
    a.end === b.end &&
    a.isFinal === b.isFinal &&
    a.speaker === b.speaker
  );
}
