import { cuesOf } from "../cues/cues.ts";
import { type Labels, nameOf, type Speaker } from "../cues/labels.ts";
import type { TranscriptSnapshot } from "../store/snapshot.ts";
import { timestamp } from "./timestamp.ts";

/**
 * WebVTT: cues of at most two lines of 42 characters, speakers and channels as voices.
 *
 * @example
 * ```ts
 * const file = new Blob([toWebVtt(transcript.snapshot, { name: ({ speaker }) => names[speaker ?? ""] ?? "" })]);
 * ```
 */
export function toWebVtt(snapshot: TranscriptSnapshot, labels: Labels = {}): string {
  const cues = cuesOf(snapshot, labels, false).map(
    (cue) =>
      `\n${timestamp(cue.start, ".")} --> ${timestamp(cue.end, ".")}\n${voiced(cue, cue.lines.map(escapeVtt).join("\n"), labels)}\n`,
  );
  return `WEBVTT\n${cues.join("")}`;
}

/** The text of a cue in its speaker's voice. Browsers disagree about escapes in names, so a name has none. */
export function voiced(speaker: Speaker, escaped: string, labels: Labels): string {
  const name = nameOf(speaker, labels);
  return name === "" ? escaped : `<v ${name.replace(/[&<>]/g, lookalike)}>${escaped}</v>`;
}

function lookalike(character: string): string {
  return character === "&" ? "＆" : character === "<" ? "‹" : "›";
}

export function escapeVtt(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
