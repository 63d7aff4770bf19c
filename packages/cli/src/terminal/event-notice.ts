import type { StreamingEvent } from "voxpipe";
import { oneLine } from "./terminal-safe.ts";

/** The line to show for an event that is not part of the transcript; most events have none. */
export function eventNotice(event: StreamingEvent): string | undefined {
  if (event.type === "Warning") return `warning from the service: ${oneLine(String(event.warning ?? "no text"))}`;
  if (event.type !== "Reconnected" || event.lost_ms <= 0) return undefined;
  return (
    `warning: ${(event.lost_ms / 1000).toFixed(1)} s of audio were lost while the connection was down; ` +
    "transcribe the file again for a complete transcript."
  );
}
