import type { StreamingEvent } from "voxpipe";

/** Where an event belongs on the clock, in ms of audio; undefined if it has no time of its own. */
export function timeOf(event: StreamingEvent): number | undefined {
  switch (event.type) {
    case "Turn":
      return event.words.reduce<number | undefined>((latest, { end }) => later(latest, end), undefined);
    case "SpeechStarted":
      return finite(event.timestamp);
    case "Silence":
      return finite(event.end_ms);
    default:
      return undefined;
  }
}

function later(latest: number | undefined, end: unknown): number | undefined {
  const time = finite(end);
  return time === undefined || (latest !== undefined && latest >= time) ? latest : time;
}

function finite(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}
