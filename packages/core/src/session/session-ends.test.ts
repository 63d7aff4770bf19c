import { setImmediate as turnOfTheLoop } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { type Begun, begun, local } from "../../test/begun-session.ts";
import { FakeClock } from "../../test/fake-clock.ts";
import { final, turn, word } from "../../test/messages.ts";
import { type ScriptedSocket, scriptedPlatform } from "../../test/scripted-platform.ts";
import { connect } from "../connect.ts";
import type { ConnectOptions } from "../options/options.ts";

/** The service ends the connection in one way or another. */
const endings = {
  "close 1000": (socket: ScriptedSocket) => socket.closes({ code: 1000, reason: "" }),
  Termination(socket: ScriptedSocket) {
    socket.says({ type: "Termination" });
    socket.closes({ code: 1000, reason: "" });
  },
  "a Termination of too little audio"(socket: ScriptedSocket) {
    socket.says({ type: "Termination", audio_duration_seconds: 0 });
    socket.closes({ code: 1000, reason: "" });
  },
};
type Ending = keyof typeof endings;
const unasked: readonly Ending[] = ["close 1000", "Termination", "a Termination of too little audio"];

/** What has happened before, and how much audio has no final turn then, of what was sent and of what was not. */
const moments: Readonly<
  Record<string, { readonly lostMs: number; readonly bufferedMs: number; to(begun: Begun): Promise<void> }>
> = {
  "before any turn": { lostMs: 1000, bufferedMs: 0, to: ({ write }) => write(1000) },
  "in mid-turn": {
    lostMs: 1000,
    bufferedMs: 0,
    async to({ write, last }) {
      await write(1000);
      last().says(turn(0, { words: [word(0, 1000)] }));
    },
  },
  "behind a final turn": {
    lostMs: 400,
    bufferedMs: 0,
    async to({ write, last }) {
      await write(1000);
      last().says(final(0, { words: [word(0, 600)] }));
    },
  },
  "with audio that was not sent yet": {
    lostMs: 0,
    bufferedMs: 1000,
    async to({ write, last }) {
      last().bufferedAmount = 1e9;
      // What waits in a socket is asked for again only when it may be full.
      await write(20_000);
    },
  },
};

describe("without reconnection, a service that ends the session unasked fails it", () => {
  const cases = unasked.flatMap((ending) => Object.keys(moments).map((moment) => [ending, moment] as const));
  test.each(cases)("%s, %s", async (ending, name) => {
    const moment = moments[name] ?? expect.fail();
    const it = await begun({ reconnect: false });
    await moment.to(it);
    endings[ending](it.last());
    await expect(it.session.closed).rejects.toMatchObject({
      code: ending === "close 1000" ? "connection-lost" : "session-expired",
      retryable: true,
      message: expect.stringMatching(/may be missing \([\d.]+ s of audio have no final turn\)/),
    });
    const { audioLostMs, audioBufferedMs } = it.session.stats();
    if (moment.bufferedMs === 0)
      expect({ audioLostMs, audioBufferedMs }).toEqual({ audioLostMs: moment.lostMs, audioBufferedMs: 0 });
    else expect(audioLostMs + audioBufferedMs).toBe(20_000);
    await it.reading;
    expect(it.events.some(({ type }) => type === "Termination")).toBe(ending !== "close 1000");
    expect(it.clock.pending).toBe(0);
  });

  test.each(unasked)("%s: not if final turns cover all that was written", async (ending) => {
    const it = await begun({ reconnect: false });
    await it.write(1000);
    it.last().says(final(0, { words: [word(0, 1000)] }));
    endings[ending](it.last());
    await it.session.closed;
    expect(it.session.stats()).toMatchObject({ audioLostMs: 0, audioBufferedMs: 0 });
  });

  test.each(unasked)("%s: nor if nothing was written", async (ending) => {
    const it = await begun({ reconnect: false });
    endings[ending](it.last());
    await it.session.closed;
  });
});

describe("after Terminate, the service's answer is checked", () => {
  async function closing(options: ConnectOptions, says: (socket: ScriptedSocket) => void = () => {}) {
    const it = await begun(options);
    await it.write(4000);
    says(it.last());
    const end = it.session.close();
    await turnOfTheLoop();
    expect(it.last().controls).toEqual([{ type: "Terminate" }]);
    return { ...it, end };
  }

  test.each([
    ["close 1000 instead of a Termination", "connection-lost", { closes: true }],
    ["a Termination of 1 s of 4", "server-error", { says: { audio_duration_seconds: 1 } }],
    ["a Termination of 2 s of 4", "server-error", { says: { audio_duration_seconds: 2 } }],
    ["a Termination of 3.8 s of 4", "server-error", { says: { audio_duration_seconds: 3.8 } }],
    ["a Termination in mid-turn", "server-error", { open: true, says: { audio_duration_seconds: 4 } }],
    ["a Termination of less than nothing", "server-error", { says: { audio_duration_seconds: -5 } }],
  ])(
    "%s fails a session without reconnection",
    async (_, code, { open, says }: { open?: boolean; says?: object; closes?: boolean }) => {
      const it = await closing({ reconnect: false }, (socket) => {
        if (open) socket.says(turn(0, { words: [word(0, 1000)] }));
      });
      if (says) it.last().says({ type: "Termination", ...says });
      it.last().closes({ code: 1000, reason: "" });
      await expect(it.end).rejects.toMatchObject({
        code,
        message: expect.stringContaining("its last turn may be missing (4.0 s"),
      });
      expect(it.session.stats().audioLostMs).toBe(4000);
    },
  );

  test.each([
    ["a Termination of all seconds", { audio_duration_seconds: 4 }],
    ["one that rounds down", { audio_duration_seconds: 3 }],
    ["one to the millisecond", { audio_duration_seconds: 3.999 }],
    ["one without figures", {}],
    ["one with figures of another kind", { audio_duration_seconds: null }],
  ])("%s is an answer, with and without reconnection", async (_, says) => {
    for (const reconnect of [true, false]) {
      const it = await closing({ reconnect });
      it.last().says({ type: "Termination", ...says });
      it.last().closes({ code: 1000, reason: "" });
      await it.end;
      expect(it.session.stats().audioLostMs).toBe(0);
      expect(it.sockets).toHaveLength(1);
    }
  });

  test.each(["close 1000", "a Termination of too little audio"] as const)(
    "with reconnection, %s is answered by replay, once, and then by an error",
    async (ending) => {
      const it = await closing({});
      endings[ending](it.last());
      for (let i = 0; i < 3; i++) {
        it.clock.advance(600);
        await turnOfTheLoop();
      }
      expect(it.sockets).toHaveLength(2);
      it.last().begin("session-2");
      await turnOfTheLoop();
      expect(it.session.stats().audioReplayedMs).toBe(4000);
      endings[ending](it.last());
      await expect(it.end).rejects.toMatchObject({ message: expect.stringContaining("its last turn may be missing") });
      expect(it.session.stats().audioLostMs).toBe(4000);
    },
  );
});

describe("a Termination", () => {
  test("that comes instead of Begin starts and ends nothing", async () => {
    const clock = new FakeClock();
    const { platform, sockets } = scriptedPlatform(clock);
    const session = connect({ ...local, reconnect: false }, platform);
    await turnOfTheLoop();
    sockets[0]?.says({ type: "Termination", audio_duration_seconds: 0 });
    sockets[0]?.closes({ code: 1000, reason: "" });
    await expect(session.opened).rejects.toMatchObject({ code: "server-error" });
    await expect(session.closed).rejects.toMatchObject({ code: "server-error" });
  });

  test("counts once for each connection, and its repeats do not put off the end", async () => {
    const it = await begun();
    const end = it.session.close();
    await turnOfTheLoop();
    for (let i = 0; i < 10; i++) {
      it.last().says({ type: "Termination", audio_duration_seconds: 5, session_duration_seconds: 6 });
      it.clock.advance(500);
    }
    expect(await end).toMatchObject({ audioDurationSeconds: 5, sessionDurationSeconds: 6 });
    await it.reading;
    expect(it.events.filter(({ type }) => type === "Termination")).toHaveLength(1);
    expect(it.clock.pending).toBe(0);
  });

  test("with figures that are no numbers leaves the sum one", async () => {
    const it = await begun();
    const end = it.session.close();
    await turnOfTheLoop();
    it.last().writes('{"type":"Termination","audio_duration_seconds":1e999,"session_duration_seconds":-3}');
    it.last().closes({ code: 1000, reason: "" });
    expect(await end).toMatchObject({ audioDurationSeconds: 0, sessionDurationSeconds: 0 });
  });
});
