import { ConnectionTimeline } from "../src/session/connection-timeline.ts";
import type { Timeline } from "../src/session/timeline.ts";

/** A connection on which a minute of audio was sent, from source time `startMs` on. */
export function begin(timeline: Timeline, startMs: number, replayedMs: number): ConnectionTimeline {
  const connection = new ConnectionTimeline(timeline, startMs, replayedMs);
  connection.sent(60_000, 0);
  return connection;
}
