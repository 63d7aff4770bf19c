import { setImmediate as turnOfTheLoop } from "node:timers/promises";
import { expect } from "vitest";
import { connect } from "../src/connect.ts";
import type { ConnectOptions } from "../src/options/options.ts";
import type { StreamingEvent } from "../src/protocol/messages.ts";
import { FakeClock } from "./fake-clock.ts";
import { type ScriptedSocket, scriptedPlatform } from "./scripted-platform.ts";

/** Mu-law at 8 kHz: 400 bytes are 50 ms, and one message. */
export const local: ConnectOptions = {
  apiHost: "ws://localhost",
  sampleRate: 8000,
  encoding: "pcm_mulaw",
  pace: false,
};
export const audio = (ms: number) => new Uint8Array(ms * 8);

/** A session that is read all the time, on its first connection. */
export async function begun(options: ConnectOptions = {}) {
  const clock = new FakeClock();
  const { platform, sockets } = scriptedPlatform(clock);
  const session = connect({ ...local, ...options }, platform);
  const events: StreamingEvent[] = [];
  const reading = (async () => {
    for await (const event of session.events) events.push(event);
  })().catch(() => {});
  const writer = session.audio.getWriter();
  writer.closed.catch(() => {});
  await turnOfTheLoop();
  sockets[0]?.begin("session-1");
  const write = async (ms: number) => {
    writer.write(audio(ms)).catch(() => {});
    await turnOfTheLoop();
  };
  const last = (): ScriptedSocket => sockets.at(-1) ?? expect.fail("No connection");
  return { session, clock, sockets, events, reading, write, last };
}

export type Begun = Awaited<ReturnType<typeof begun>>;
