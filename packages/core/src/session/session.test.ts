import { getEventListeners } from "node:events";
import { setImmediate as turnOfTheLoop } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { final, turn, word } from "../../test/messages.ts";
import type { ScriptedSocket } from "../../test/scripted-platform.ts";
import { pass, start } from "../../test/started-session.ts";

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

describe("a final turn with a time far behind the audio", () => {
  test("does not keep what is said afterwards from being replayed, and read", async () => {
    const { session, clock, sockets, last } = start({ pace: false });
    await turnOfTheLoop();
    last()?.begin();
    const writer = session.audio.getWriter();
    await writer.write(new Uint8Array(8000));
    last()?.says(final(1e9, { turn_is_formatted: true, words: [word(0, 1e9)] }));
    await writer.write(new Uint8Array(8000));
    last()?.closes({ code: 1006, reason: "" });
    await pass(clock, 2000);
    last()?.begin("session-2");
    await turnOfTheLoop();
    expect(session.stats()).toMatchObject({ audioReplayedMs: 1000, audioLostMs: 0 });
    last()?.says(final(0, { words: [word(100, 900)] }));
    session.abort();
    const finals: unknown[] = [];
    await expect(
      (async () => {
        for await (const event of session.events)
          if (event.type === "Turn") finals.push([event.turn_order, event.words[0]?.start, event.words[0]?.end]);
      })(),
    ).rejects.toMatchObject({ code: "aborted" });
    expect(finals).toEqual([
      [0, 0, 1000],
      [1, 1100, 1900],
    ]);
    expect(sockets).toHaveLength(2);
  });
});

describe("a runtime whose sockets do not know what waits in them", () => {
  test.each([
    ["is missing", undefined],
    ["is NaN", Number.NaN],
    ["is always 0", 0],
    ["is always 5", 5],
    ["is always 10 MB", 10_000_000],
    ["is a text", "none"],
    ["is infinite", Number.POSITIVE_INFINITY],
  ])("has connections that live, and get all audio, if bufferedAmount %s", async (_, amount) => {
    const { session, clock, sockets } = start({ pace: false }, (socket) =>
      Object.defineProperty(socket, "bufferedAmount", { value: amount }),
    );
    await turnOfTheLoop();
    sockets[0]?.begin();
    const writer = session.audio.getWriter();
    for (let second = 0; second < 60; second++) {
      // It speaks for half a minute, and is silent for another.
      if (second < 30) await writer.write(new Uint8Array(8000));
      clock.advance(1000);
    }
    expect({ sockets: sockets.length, sent: session.stats().audioSentMs }).toEqual({ sockets: 1, sent: 30_000 });
    session.abort();
  });
});

describe("a signal that several sessions share", () => {
  test("has one listener, and none once they have ended", async () => {
    const controller = new AbortController();
    const sessions = Array.from({ length: 15 }, () => start({ signal: controller.signal }).session);
    expect(getEventListeners(controller.signal, "abort")).toHaveLength(1);
    for (const session of sessions.slice(1)) session.abort();
    expect(getEventListeners(controller.signal, "abort")).toHaveLength(1);
    sessions[0]?.abort();
    expect(getEventListeners(controller.signal, "abort")).toHaveLength(0);
    const { session } = start({ signal: controller.signal });
    controller.abort(new Error("all of them"));
    await expect(session.closed).rejects.toThrow("all of them");
    expect(getEventListeners(controller.signal, "abort")).toHaveLength(0);
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
