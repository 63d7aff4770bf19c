import { extname } from "node:path";
import type { TranscriptSnapshot } from "@voxpipe/transcript";
import { toJson, toSrt, toText, toWebVtt } from "@voxpipe/transcript";

/** The values of `--format`. */
export const outputFormats = ["text", "json", "srt", "vtt"] as const;
export type OutputFormat = (typeof outputFormats)[number];

const extensions: Readonly<Record<string, OutputFormat>> = {
  ".txt": "text",
  ".json": "json",
  ".srt": "srt",
  ".vtt": "vtt",
};

/** The format for a file's extension; undefined if it has none. */
export function formatOfFile(path: string): OutputFormat | undefined {
  return extensions[extname(path).toLowerCase()];
}

/** A whole transcript in a format. */
export function formatTranscript(snapshot: TranscriptSnapshot, format: OutputFormat): string {
  if (format === "srt") return toSrt(snapshot);
  if (format === "vtt") return toWebVtt(snapshot);
  if (format === "json") return `${JSON.stringify(toJson(snapshot), null, 2)}\n`;
  return toText(snapshot);
}
