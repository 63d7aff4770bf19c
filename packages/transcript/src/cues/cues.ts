import type { TranscriptSnapshot } from "../store/snapshot.ts";
import type { Turn } from "../store/turn.ts";
import { isTight } from "../text/align.ts";
import { gapLabel, type Labels, nameOf, type Speaker } from "./labels.ts";
import { twoLines } from "./lines.ts";
import { type Piece, piecesOf, readingSpeed } from "./pieces.ts";
import { longest, shortest, splitIntoCues } from "./split.ts";

/** One or two lines of text and when to show them, in ms of the audio. */
export interface Cue {
  readonly start: number;
  readonly end: number;
  /** One or two, of at most 42 characters. */
  readonly lines: readonly string[];
  readonly speaker?: string | undefined;
  readonly channel?: string | undefined;
}

/** What one speaker says without a long pause. */
interface Run extends Speaker {
  readonly pieces: Piece[];
}

/** A silence of this length begins another cue, in ms. */
const longPause = 1500;
/** How much later than its words a cue may start, so that the previous one lasts long enough, in ms. */
const mostLag = 500;

/** All turns as cues, in the order of WebVTT: by start, then the longer first. Cues of one channel do not overlap. `withNames` puts names into the text. */
export function cuesOf(snapshot: TranscriptSnapshot, labels: Labels, withNames: boolean): Cue[] {
  const runs = [...speechRuns([...snapshot.turns, ...snapshot.partials]), ...gapRuns(snapshot, labels)].sort(
    (a, b) => startOf(a) - startOf(b),
  );
  if (withNames) addNames(runs, labels);
  const channels = new Map<string | undefined, Cue[]>();
  for (const { pieces, speaker, channel } of runs) {
    const cues = channels.get(channel) ?? [];
    channels.set(channel, cues);
    for (const part of splitIntoCues(pieces)) {
      const lines = twoLines(part) ?? [];
      cues.push({ start: part[0]?.start ?? 0, end: part.at(-1)?.end ?? 0, lines, speaker, channel });
    }
  }
  return [...channels.values()].flatMap(readable).sort((a, b) => a.start - b.start || b.end - a.end);
}

function speechRuns(turns: readonly Turn[]): Run[] {
  const runs: Run[] = [];
  const newest = new Map<string | undefined, Run>();
  for (const turn of turns) {
    const { channel } = turn;
    let isFirst = true;
    for (const piece of piecesOf(turn)) {
      const run = newest.get(channel);
      const last = run?.pieces.at(-1);
      const spaced = isFirst ? !isTight(last?.text ?? "", piece.text) : piece.spaced;
      isFirst = false;
      if (
        run &&
        last &&
        run.speaker === piece.speaker &&
        piece.start >= last.start &&
        piece.start - last.end < longPause
      )
        run.pieces.push({ ...piece, spaced });
      else {
        const begun: Run = { pieces: [piece], speaker: piece.speaker, channel };
        newest.set(channel, begun);
        runs.push(begun);
      }
    }
  }
  return runs;
}

function gapRuns({ gaps }: TranscriptSnapshot, labels: Labels): Run[] {
  return gaps.flatMap(({ start, lostMs, channel }) => {
    const text = gapLabel(lostMs, labels);
    const piece = { text, spaced: false, start, end: start + lostMs, isFinal: true };
    return text === "" ? [] : { pieces: [piece], speaker: undefined, channel };
  });
}

function addNames(runs: readonly Run[], labels: Labels): void {
  let before: string | undefined;
  for (const run of runs) {
    const [first] = run.pieces;
    const name = nameOf(run, labels);
    if (first && name !== before && name !== "") {
      run.pieces[0] = { ...first, spaced: true };
      run.pieces.unshift({ ...first, text: `${name}:`, spaced: false, end: first.start });
    }
    before = name;
  }
}

function startOf({ pieces }: Run): number {
  return pieces[0]?.start ?? 0;
}

/** Cues of one channel with times in which they can be read, as far as the next cue allows. */
function readable(cues: readonly Cue[]): Cue[] {
  let free = 0;
  return cues.map((cue, i) => {
    const start = Math.max(cue.start, free);
    const next = cues[i + 1];
    const length = cue.lines.join(" ").length;
    const wanted = start + Math.min(longest, Math.max(shortest, (1000 * length) / readingSpeed, cue.end - start));
    const slack = next ? Math.min(mostLag, Math.max(0, next.end - next.start - shortest)) : 0;
    const least = Math.min(start + shortest, (next?.start ?? 0) + slack);
    free = next ? Math.max(start + 1, least, Math.min(wanted, next.start)) : wanted;
    return { ...cue, start: Math.round(start), end: Math.max(Math.round(free), Math.round(start) + 1) };
  });
}
