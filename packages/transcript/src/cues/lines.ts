import { lineLength, type Piece } from "./pieces.ts";

/** Joins the pieces to one text. */
export function textOfPieces(pieces: readonly Piece[]): string {
  return pieces.reduce((text, piece) => append(text, piece), "");
}

/** A line with one more piece at its end. */
export function append(line: string, { text, spaced }: Piece): string {
  return line === "" ? text : spaced ? `${line} ${text}` : line + text;
}

/** How badly a cue or a line ends after this text: 0 after a sentence, 1 after a clause, 3 in mid-phrase, 4 after a word like "the". */
export function breakCost(text: string): number {
  return /[.?!…。！？؟]["”»'’)]*$/u.test(text)
    ? 0
    : /[,;:–—、，；：،]["”»'’)]*$/u.test(text)
      ? 1
      : /(?:^| )\S{1,3}$/.test(text)
        ? 4
        : 3;
}

/** At most two lines, broken at the best place; undefined if the text needs more. */
export function twoLines(pieces: readonly Piece[]): string[] | undefined {
  const whole = textOfPieces(pieces);
  if (whole.length <= lineLength) return [whole];
  let best: string[] | undefined;
  let least = Number.POSITIVE_INFINITY;
  let upper = "";
  for (let i = 0; i < pieces.length - 1; i++) {
    const piece = pieces[i];
    if (piece) upper = append(upper, piece);
    if (upper.length > lineLength) break;
    const lower = whole.slice(upper.length).trimStart();
    const cost = Math.abs(upper.length - lower.length) / 4 + 2 * breakCost(upper);
    if (lower.length > lineLength || cost >= least) continue;
    best = [upper, lower];
    least = cost;
  }
  return best;
}
