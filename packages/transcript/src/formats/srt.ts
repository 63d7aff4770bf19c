import { cuesOf } from "../cues/cues.ts";
import type { Labels } from "../cues/labels.ts";
import type { TranscriptSnapshot } from "../store/snapshot.ts";
import { timestamp } from "./timestamp.ts";

/**
 * SubRip subtitles: the cues of `toWebVtt`. The name precedes the text when the speaker changes. The format has no escapes:
 * `-->` becomes an arrow, and text that players would read as a tag gets an invisible space.
 *
 * @example await writeFile("talk.srt", toSrt(transcript.snapshot));
 */
export function toSrt(snapshot: TranscriptSnapshot, labels: Labels = {}): string {
  return cuesOf(snapshot, labels, true)
    .map(({ start, end, lines }, i) => {
      return `${i + 1}\n${timestamp(start, ",")} --> ${timestamp(end, ",")}\n${lines.map(harmless).join("\n")}\n`;
    })
    .join("\n");
}

function harmless(line: string): string {
  return line.replaceAll("-->", "→").replace(/<(?=[/a-z])|\{(?=\\)/gi, "$&\u200b");
}
