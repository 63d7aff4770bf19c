import { setImmediate as turnOfTheLoop } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { FakeClock } from "../test/fake-clock.ts";
import { turn, word } from "../test/messages.ts";
import { type ScriptedSocket, scriptedPlatform } from "../test/scripted-platform.ts";
import { connect } from "./connect.ts";
import type { ConnectOptions } from "./options.ts";

/** Without credentials nothing is waited for before the socket is opened. */
const local: ConnectOptions = { apiHost: "ws://localhost", sampleRate: 8000, encoding: "pcm_mulaw" };

function start(options: ConnectOptions = {}, opened?: (socket: ScriptedSocket, attempt: number) => void) {
  const clock = new FakeClock();
  const { platform, sockets } = scriptedPlatform(clock, opened);
  const session = connect({ ...local, ...options }, platform);
  return { session, clock, sockets, last: () => sockets.at(-1) };
}

/** Lets promises run, and time pass for what waits. */
async function pass(clock: FakeClock, ms = 60_000): Promise<void> {
  for (let step = 0; step < 20; step++) {
    await turnOfTheLoop();
    clock.advance(ms / 20);
  }
  await turnOfTheLoop();
}

describe("a platform that fails while it opens the socket", () => {
  test.each([
    [
      "throws",
      () => {
        throw new SyntaxError("no such URL");
      },
    ],
    ["closes", (socket: ScriptedSocket) => socket.closes({ code: 1006, reason: "", cause: new Error("no such URL") })],
  ])("%s: the session is tried again, and fails with the reason", async (_how, fail) => {
    const { session, clock, sockets } = start({}, fail);
    const end = session.closed.catch((error: unknown) => error);
    await pass(clock);
    expect(await end).toMatchObject({ code: "connection-failed", message: expect.stringContaining("no such URL") });
    await expect(session.opened).rejects.toMatchObject({ code: "connection-failed" });
    expect(sockets).toHaveLength(3);
    expect(session.state).toBe("closed");
    expect(clock.pending).toBe(0);
  });
});

describe("abort", () => {
  test("between a Termination that nobody asked for and its close leaves nothing behind", async () => {
    const { session, clock, sockets, last } = start();
    await turnOfTheLoop();
    last()?.begin();
    last()?.says({ type: "Termination", audio_duration_seconds: 0 });
    session.abort();
    await pass(clock);
    await expect(session.closed).rejects.toMatchObject({ code: "aborted" });
    expect(sockets).toHaveLength(1);
    expect(clock.pending).toBe(0);
    const types: string[] = [];
    await expect(
      (async () => {
        for await (const event of session.events) types.push(event.type);
      })(),
    ).rejects.toMatchObject({ code: "aborted" });
    expect(types).toEqual(["Begin"]);
  });
});

describe("a writer that aborts", () => {
  test("while the session closes ends the session with what was taken", async () => {
    const { session, clock, last } = start({ pace: { rate: 1, burst: 100 } });
    await turnOfTheLoop();
    last()?.begin();
    const writer = session.audio.getWriter();
    for (let i = 0; i < 4; i++) writer.write(new Uint8Array(800)).catch(() => {});
    await turnOfTheLoop();
    const end = session.close().catch((error: unknown) => error);
    writer.abort(new Error("the microphone is gone")).catch(() => {});
    await pass(clock, 4000);
    expect(last()?.controls).toEqual([{ type: "Terminate" }]);
    last()?.says({ type: "Termination" });
    last()?.closes({ code: 1000, reason: "" });
    expect(await end).toMatchObject({ code: "audio-failed" });
  });
});

describe("a Termination in time", () => {
  test("stops the wait for it, however long the close behind it takes", async () => {
    const { session, clock, last } = start({ terminationTimeout: 500 });
    await turnOfTheLoop();
    last()?.begin();
    const end = session.close();
    await turnOfTheLoop();
    last()?.says({ type: "Termination" });
    await pass(clock, 900);
    last()?.closes({ code: 1000, reason: "" });
    expect(await end).toMatchObject({ sessionIds: ["session-1"] });
    expect(clock.pending).toBe(0);
  });
});

describe("a spare connection", () => {
  test("that has not taken over yet is heard when it warns", async () => {
    const { session, clock, sockets, last } = start();
    await turnOfTheLoop();
    last()?.begin("session-1", clock.now() / 1000 + 60);
    last()?.says(turn(0, { words: [word(0, 100)] }));
    await pass(clock, 50_000);
    expect(sockets).toHaveLength(2);
    last()?.begin("session-2");
    last()?.says({ type: "Warning", warning: "voice_focus is not for this model" });
    session.abort();
    const warnings: unknown[] = [];
    await expect(
      (async () => {
        for await (const event of session.events) if (event.type === "Warning") warnings.push(event.warning);
      })(),
    ).rejects.toMatchObject({ code: "aborted" });
    expect(warnings).toEqual(["voice_focus is not for this model"]);
  });
});

describe("forced endpoints", () => {
  test("at the same place are forced again, each, when the connection changes, and audio goes on behind them", async () => {
    const { session, clock, sockets, last } = start();
    await turnOfTheLoop();
    last()?.begin();
    const writer = session.audio.getWriter();
    await writer.write(new Uint8Array(800));
    await Promise.all([session.forceEndpoint(), session.forceEndpoint()]);
    await writer.write(new Uint8Array(800));
    last()?.closes({ code: 1006, reason: "" });
    await pass(clock, 2000);
    last()?.begin("session-2");
    await turnOfTheLoop();
    const shape = (socket: ScriptedSocket | undefined) =>
      socket?.sent.map((data) => (typeof data === "string" ? JSON.parse(data).type : data.length));
    expect(shape(sockets[1])).toEqual([400, 400, "ForceEndpoint", "ForceEndpoint", 400, 400]);
    expect(shape(sockets[1])).toEqual(shape(sockets[0]));
    session.abort();
  });
});

describe("a socket that does not drain", () => {
  test("gets no more control messages than audio: they wait their turn too", async () => {
    const { session, clock, last } = start();
    await turnOfTheLoop();
    last()?.begin();
    const socket = last();
    if (socket) socket.bufferedAmount = 10_000_000;
    const prompt = "p".repeat(1700);
    for (let i = 0; i < 100; i++) session.updateConfiguration({ prompt }).catch(() => {});
    await pass(clock, 1000);
    expect(socket?.controls.length).toBeLessThan(50);
    session.abort();
  });
});

describe("configuration", () => {
  test("that is undefined leaves what was set, also for the connections to come", async () => {
    const { session, clock, last } = start();
    await turnOfTheLoop();
    last()?.begin();
    await session.updateConfiguration({ prompt: "names", keytermsPrompt: [] });
    await session.updateConfiguration({ prompt: undefined, minTurnSilence: 100 });
    last()?.closes({ code: 1006, reason: "" });
    await pass(clock, 2000);
    last()?.begin("session-2");
    expect(last()?.controls).toEqual([
      { type: "UpdateConfiguration", prompt: "names", keyterms_prompt: [], min_turn_silence: 100 },
    ]);
    session.abort();
  });
});
