import { setImmediate as turnOfTheLoop } from "node:timers/promises";
import { expect, vi } from "vitest";
import { connect } from "../src/connect.ts";
import type { TurnRead } from "../src/connection/socket.ts";
import type { ConnectOptions } from "../src/options/options.ts";
import type { StreamingEvent } from "../src/protocol/messages.ts";
import { TurnDelays } from "../src/session/turn-delays.ts";
import { audio, local } from "./begun-session.ts";
import { FakeClock } from "./fake-clock.ts";
import { type ScriptedSocket, scriptedPlatform } from "./scripted-platform.ts";

/** A session whose readings are traced, and whose reader reads only when the test says so. Its clock begins at 0. */
export async function traced(options: ConnectOptions = {}) {
  const clock = new FakeClock(0);
  const { platform, sockets } = scriptedPlatform(clock);
  const reads: (TurnRead & { readonly at: number })[] = [];
  const trace: typeof platform.trace = (message) => {
    if (message.type === "read") reads.push({ ...message, at: clock.now() });
  };
  const session = connect(
    { ...local, ...options },
    { ...platform, trace, latency: (report) => new TurnDelays(report) },
  );
  session.closed.catch(() => {});
  const writer = session.audio.getWriter();
  writer.closed.catch(() => {});
  const reader = session.events.getReader();
  reader.closed.catch(() => {});
  // The code for compressed audio is loaded before the socket is opened.
  await vi.waitUntil(() => sockets.length > 0, 60_000);
  return {
    session,
    clock,
    sockets,
    reads,
    writer,
    last: (): ScriptedSocket => sockets.at(-1) ?? expect.fail("No connection"),
    /** The service's Begin on the newest connection, and what leaves then. */
    async begin(id?: string) {
      (sockets.at(-1) ?? expect.fail("No connection")).begin(id);
      await turnOfTheLoop();
    },
    async write(ms: number | Uint8Array) {
      writer.write(typeof ms === "number" ? audio(ms) : ms).catch(() => {});
      await turnOfTheLoop();
    },
    /** Reads until an event of this type. */
    async read(type: StreamingEvent["type"]) {
      for (;;) {
        const { done, value } = await reader.read();
        if (done || value.type === type) return value;
      }
    },
    /** Asks for the next event, and does not wait for it. */
    ask() {
      reader.read().catch(() => {});
    },
  };
}
