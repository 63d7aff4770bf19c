import stringWidth from "string-width";
import { clockTime } from "./clock-time.ts";

/** How much of the input was sent. `position` and `length` are ms of audio, or bytes if the audio's duration is unknown. */
export interface Progress {
  readonly state: "connecting" | "open" | "reconnecting" | "closing" | "closed";
  readonly unit: "ms" | "bytes";
  readonly position: number;
  /** Absent for a pipe, whose length is unknown. */
  readonly length?: number | undefined;
}

/** How often progress is shown, in ms. */
export const progressInterval = 100;

const longestBar = 30;
const shortestBar = 5;

/** One line, at most `columns` wide: how much was sent, and what the session is waiting for. */
export function progressLine(progress: Progress, columns: number): string {
  const text = `${amounts(progress)}${activity(progress.state)}`;
  const bar = progressBar(progress, columns - stringWidth(text) - 2);
  const line = bar === "" ? text : `${bar}  ${text}`;
  return stringWidth(line) <= columns ? line : line.slice(0, Math.max(0, columns));
}

function amounts({ unit, position, length }: Progress): string {
  const show = unit === "ms" ? clockTime : megabytes;
  if (length === undefined) return `${show(position)} sent`;
  return `${show(Math.min(position, length))} of ${show(length)}`;
}

function activity(state: Progress["state"]): string {
  if (state === "connecting") return "  connecting";
  if (state === "reconnecting") return "  connection lost, reconnecting";
  if (state === "closing") return "  waiting for the last words";
  return "";
}

function progressBar({ position, length }: Progress, room: number): string {
  const width = Math.min(longestBar, room);
  if (length === undefined || length <= 0 || width < shortestBar) return "";
  const done = Math.round((Math.min(position, length) / length) * width);
  return "━".repeat(done) + "─".repeat(width - done);
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
