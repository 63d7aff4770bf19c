import { setImmediate as turnOfTheLoop } from "node:timers/promises";
import { connect } from "../src/connect.ts";
import type { ConnectOptions } from "../src/options/options.ts";
import { FakeClock } from "./fake-clock.ts";
import { type ScriptedSocket, scriptedPlatform } from "./scripted-platform.ts";

/** Without credentials nothing is waited for before the socket is opened. */
export const local: ConnectOptions = { apiHost: "ws://localhost", sampleRate: 8000, encoding: "pcm_mulaw" };

/** A session that connects on sockets in memory. */
export function start(options: ConnectOptions = {}, opened?: (socket: ScriptedSocket, attempt: number) => void) {
  const clock = new FakeClock();
  const { platform, sockets } = scriptedPlatform(clock, opened);
  const session = connect({ ...local, ...options }, platform);
  return { session, clock, sockets, last: () => sockets.at(-1) };
}

/** Lets promises run, and time pass for what waits. */
export async function pass(clock: FakeClock, ms = 60_000): Promise<void> {
  for (let step = 0; step < 20; step++) {
    await turnOfTheLoop();
    clock.advance(ms / 20);
  }
  await turnOfTheLoop();
}
