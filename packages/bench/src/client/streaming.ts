import { frameBytes, framesPerSecond } from "../audio.ts";
import { framesPerTurn } from "../turn-script.ts";
import type { Connection } from "./variant.ts";

/** Frames that a session may be ahead of the turns it got back: 4 s. No client is fed faster than the server answers. */
const mostAhead = 80;

/** Counts the turns that came back to all sessions together. */
export interface TurnCount {
  turns: number;
}

/**
 * Sends `seconds` of audio to every session, one frame each at every tick, and waits for the turns of all of it.
 *
 * @param tickMs Wall time between two frames; 50 is real time.
 */
export function stream(
  connections: readonly Connection[],
  seconds: number,
  tickMs: number,
  count: TurnCount,
): Promise<void> {
  const frame = new Uint8Array(frameBytes);
  const frames = seconds * framesPerSecond;
  const turns = (connections.length * frames) / framesPerTurn;
  const aheadTurns = (connections.length * mostAhead) / framesPerTurn;
  let sent = 0;
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      if (sent === frames) {
        if (count.turns < turns) return;
        clearInterval(timer);
        return resolve();
      }
      if ((sent * connections.length) / framesPerTurn - count.turns > aheadTurns) return;
      sent++;
      for (const connection of connections) void connection.send(frame);
    }, tickMs);
  });
}
