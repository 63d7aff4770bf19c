import { gapLabel, type Labels, nameOf } from "../cues/labels.ts";
import type { TranscriptSnapshot } from "../store/snapshot.ts";

/**
 * One line per turn, after its speaker's name if it has one; lost audio has its own line.
 *
 * @example console.log(toText(transcript.snapshot));
 */
export function toText(snapshot: TranscriptSnapshot, labels: Labels = {}): string {
  const lines: string[] = [];
  const gaps = snapshot.gaps.map(({ afterOrder, lostMs }) => ({ afterOrder, text: gapLabel(lostMs, labels) }));
  for (const turn of [...snapshot.turns, ...snapshot.partials]) {
    while ((gaps[0]?.afterOrder ?? turn.order) < turn.order) lines.push(gaps.shift()?.text ?? "");
    const name = nameOf(turn, labels);
    lines.push(name === "" ? turn.text : `${name}: ${turn.text}`);
  }
  lines.push(...gaps.map(({ text }) => text));
  return lines.map((line) => line && `${line}\n`).join("");
}
