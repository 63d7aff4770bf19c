import { setTimeout as delay } from "node:timers/promises";
import { frameBytes, framesPerSecond } from "../inputs/audio.ts";
import { framesPerTurn } from "../inputs/turn-script.ts";
import type { OpenSession } from "./open-all.ts";

/** Turns that a session may be ahead of what it got back, in audio sent: no client is fed faster than the server answers. */
const mostAheadTurns = 20;

/**
 * Sends `seconds` of audio to every session and waits for the turns of all of it. Each session has its own timer, and
 * they are spread over the time of a frame, as the sessions of strangers are.
 *
 * @param tickMs Wall time between two frames; 50 is real time.
 */
export async function streamAll(sessions: readonly OpenSession[], seconds: number, tickMs: number): Promise<void> {
  await Promise.all(
    sessions.map(async (session, i) => {
      await delay((i * tickMs) / sessions.length);
      await stream(session, seconds * framesPerSecond, tickMs);
    }),
  );
}

function stream(session: OpenSession, frames: number, tickMs: number): Promise<void> {
  const { connection, turns: before } = session;
  const frame = new Uint8Array(frameBytes);
  let sent = 0;
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      const behind = sent / framesPerTurn - (session.turns - before);
      if (sent < frames) {
        if (behind > mostAheadTurns) return;
        sent++;
        void connection.send(frame);
      } else if (behind <= 0) {
        clearInterval(timer);
        resolve();
      }
    }, tickMs);
  });
}
