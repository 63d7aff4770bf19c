import { breakCost, textOfPieces, twoLines } from "./lines.ts";
import { lineLength, type Piece, readingSpeed } from "./pieces.ts";

/** Shortest duration of a cue, in ms. */
export const shortest = 1000;
/** Longest duration of a cue, in ms. */
export const longest = 7000;
/** A silence of this length is a good end of a cue, in ms. */
const pause = 300;

/**
 * Splits what one speaker says without a long pause into cues: of all ways to split it, the one with the least cost. Cues end
 * at sentences, clauses and pauses, last long enough to be read, and are as few as possible.
 */
export function splitIntoCues(pieces: readonly Piece[]): (readonly Piece[])[] {
  const costs = [0];
  const from = [0];
  for (let end = 1; end <= pieces.length; end++) {
    costs[end] = Number.POSITIVE_INFINITY;
    let length = 0;
    for (let start = end - 1; start >= 0; start--) {
      length += (pieces[start]?.text.length ?? 0) + (pieces[start]?.spaced ? 1 : 0);
      if (length > 2 * lineLength + 2) break;
      const cost = (costs[start] ?? 0) + cueCost(pieces, start, end);
      if (cost >= (costs[end] ?? 0)) continue;
      costs[end] = cost;
      from[end] = start;
    }
  }
  const cues: (readonly Piece[])[] = [];
  for (let end = pieces.length; end > 0; end = from[end] ?? 0) cues.unshift(pieces.slice(from[end], end));
  return cues;
}

function cueCost(pieces: readonly Piece[], start: number, end: number): number {
  const cue = pieces.slice(start, end);
  const first = cue[0];
  const last = cue.at(-1);
  if (!first || !last || !twoLines(cue)) return Number.POSITIVE_INFINITY;
  const next = pieces[end];
  const spoken = last.end - first.start;
  // The cue may stay until the next one starts.
  const shown = Math.min(longest, Math.max(spoken, (next?.start ?? Number.POSITIVE_INFINITY) - first.start));
  const ending = next && next.start - last.end < pause ? breakCost(last.text) : 0;
  const pauses = cue.reduce((sum, piece, i) => sum + Math.max(0, (cue[i + 1]?.start ?? 0) - piece.end - pause), 0);
  const inside = cue.slice(0, -1).filter((piece) => breakCost(piece.text) === 0).length;
  const tooFast = Math.max(0, (1000 * textOfPieces(cue).length) / Math.max(shown, 1) - readingSpeed);
  return (
    2 +
    2 * ending +
    pauses / 200 +
    inside / 2 +
    tooFast / 2 +
    Math.max(0, shortest - shown) / 100 +
    Math.max(0, spoken - longest) / 100
  );
}
