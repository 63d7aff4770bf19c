import { setImmediate as turnOfTheLoop } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { FakeClock } from "../../test/fake-clock.ts";
import { final, turn, word } from "../../test/messages.ts";
import { type ScriptedSocket, scriptedPlatform } from "../../test/scripted-platform.ts";
import { connect } from "../connect.ts";
import type { ConnectOptions } from "../options/options.ts";
import type { StreamingEvent } from "../protocol/messages.ts";

/** Mu-law at 8 kHz: 400 bytes are 50 ms, and one message. */
const local: ConnectOptions = { apiHost: "ws://localhost", sampleRate: 8000, encoding: "pcm_mulaw", pace: false };
const audio = (ms: number) => new Uint8Array(ms * 8);

/** A session that is read all the time, on its first connection. */
async function begun(options: ConnectOptions = {}) {
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

type Begun = Awaited<ReturnType<typeof begun>>;

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

describe("the wait for Termination", () => {
  /** Says something every 100 ms for as long as the session lasts, at most an hour. Returns how long that was, in ms. */
  async function babble(it: Begun, says: (i: number) => object): Promise<number> {
    const end = it.session.close().then(
      () => "resolved",
      (error: { code: string }) => error.code,
    );
    await turnOfTheLoop();
    let i = 0;
    for (; i < 36_000 && it.session.state !== "closed"; i++) {
      it.last().says(says(i));
      it.clock.advance(100);
    }
    expect(await end).toBe("termination-timeout");
    return i * 100;
  }

  test.each([
    ["the same partial", () => turn(0, { words: [word(0, 500)] })],
    ["empty partials of new turns", (i: number) => turn(i)],
    ["empty finals of new turns", (i: number) => final(i)],
    ["finals behind the audio", (i: number) => final(i, { words: [word(i * 1000, i * 1000 + 900)] })],
    ["heartbeats", () => ({ type: "Heartbeat", total_audio_received_ms: 0, total_duration_ms: 0, realtime_factor: 1 })],
  ])("is not extended by %s", async (_, says) => {
    const it = await begun();
    await it.write(1000);
    expect(await babble(it, says)).toBeLessThanOrEqual(5000 + 5000 + 100);
  });

  test("is extended by words that are read further on, and is bounded all the same", async () => {
    const it = await begun();
    await it.write(20_000);
    const waited = await babble(it, (i) => turn(0, { words: [word(0, i + 1)] }));
    expect(waited).toBeGreaterThan(40_000);
    expect(waited).toBeLessThanOrEqual(45_100);
  });
});

describe("a connection that is silent after Terminate", () => {
  /** A session that closes, on sockets that can be pinged. */
  async function closing(answers: boolean, options: ConnectOptions = {}) {
    const clock = new FakeClock();
    const { platform, sockets } = scriptedPlatform(clock);
    const session = connect(
      { ...local, ...options },
      {
        ...platform,
        openSocket: (url, key, listener) =>
          Object.assign(platform.openSocket(url, key, listener), { ping: () => answers && listener.alive() }),
      },
    );
    await turnOfTheLoop();
    sockets[0]?.begin("session-1");
    session.audio
      .getWriter()
      .write(audio(1000))
      .catch(() => {});
    await turnOfTheLoop();
    const end = session.close().catch((error: unknown) => error);
    await turnOfTheLoop();
    return { session, clock, sockets, end };
  }

  test("and answers pings sends no Termination in time", async () => {
    const { clock, end } = await closing(true);
    clock.advance(5000);
    expect(await end).toMatchObject({ code: "termination-timeout" });
  });

  test("and answers none is dead, and replaced", async () => {
    const { session, clock, sockets, end } = await closing(false);
    clock.advance(11_000);
    await turnOfTheLoop();
    expect(sockets).toHaveLength(2);
    sockets[1]?.begin("session-2");
    await turnOfTheLoop();
    sockets[1]?.says({ type: "Termination", audio_duration_seconds: 1 });
    sockets[1]?.closes({ code: 1000, reason: "" });
    expect(await end).toMatchObject({ reconnects: 1 });
    expect(session.stats()).toMatchObject({ audioReplayedMs: 1000, audioLostMs: 0 });
  });

  test("and answers none fails a session without reconnection as dead, within 10 s", async () => {
    const { clock, end } = await closing(false, { reconnect: false, terminationTimeout: 50 });
    clock.advance(10_000);
    expect(await end).toMatchObject({ code: "connection-stalled" });
    expect(clock.pending).toBe(0);
  });

  test("is heard when it answers late: Termination still counts, and no more is waited for than that", async () => {
    const { clock, sockets, end } = await closing(false);
    clock.advance(6000);
    sockets[0]?.says({ type: "Termination", audio_duration_seconds: 1 });
    sockets[0]?.closes({ code: 1000, reason: "" });
    expect(await end).toMatchObject({ reconnects: 0 });
  });
});

describe("a Termination that crosses Terminate on its way", () => {
  /** A session that closes, of 1.7 s of audio, on sockets whose pings are answered when the test says so. */
  async function closing(pings = true) {
    const clock = new FakeClock();
    const { platform, sockets } = scriptedPlatform(clock);
    const pongs: (() => void)[] = [];
    const session = connect(local, {
      ...platform,
      openSocket: (url, key, listener) => {
        const socket = platform.openSocket(url, key, listener);
        return pings ? Object.assign(socket, { ping: () => void pongs.push(() => listener.alive()) }) : socket;
      },
    });
    await turnOfTheLoop();
    sockets[0]?.begin("session-1");
    session.audio
      .getWriter()
      .write(audio(1700))
      .catch(() => {});
    await turnOfTheLoop();
    const end = session.close();
    end.catch(() => {});
    await turnOfTheLoop();
    const answerPing = () => pongs.splice(0).forEach((pong) => void pong());
    const terminates = (seconds: number) => {
      sockets.at(-1)?.says({ type: "Termination", audio_duration_seconds: seconds });
      sockets.at(-1)?.closes({ code: 1000, reason: "" });
    };
    return { session, clock, sockets, end, answerPing, terminates };
  }

  test("and of which half a second was heard, reported as 1 of 1.7 s, is not taken for an answer: the audio is sent again", async () => {
    const it = await closing();
    it.terminates(1);
    it.clock.advance(500);
    await turnOfTheLoop();
    it.sockets[1]?.begin("session-2");
    await turnOfTheLoop();
    expect(it.session.stats().audioReplayedMs).toBe(1700);
    it.answerPing();
    it.terminates(2);
    expect(await it.end).toMatchObject({ reconnects: 1 });
  });

  test.each([1, 2])(
    "is none if the ping that left before Terminate was answered: %i of 1.7 s are the whole",
    async (seconds) => {
      const it = await closing();
      it.answerPing();
      it.terminates(seconds);
      expect(await it.end).toMatchObject({ reconnects: 0 });
    },
  );

  test("does no harm if it reports all of the audio, to the millisecond", async () => {
    const it = await closing();
    it.terminates(1.7);
    expect(await it.end).toMatchObject({ reconnects: 0 });
  });

  test.each([1, 2])(
    "is suspected once a session, so that a peer without pongs that counts in whole seconds can end it: %i of 1.7 s",
    async (seconds) => {
      const it = await closing();
      it.terminates(seconds);
      it.clock.advance(500);
      await turnOfTheLoop();
      it.sockets[1]?.begin("session-2");
      await turnOfTheLoop();
      it.terminates(seconds);
      expect(await it.end).toMatchObject({ reconnects: 1 });
    },
  );

  test("cannot be distinguished from an answer where sockets cannot ping", async () => {
    const it = await closing(false);
    it.terminates(1);
    expect(await it.end).toMatchObject({ reconnects: 0 });
  });
});

test("a connection that ends as it is pinged is gone, and leaves no timer", async () => {
  const clock = new FakeClock();
  const { platform, sockets } = scriptedPlatform(clock);
  const session = connect(
    { ...local, reconnect: false },
    {
      ...platform,
      openSocket: (url, key, listener) =>
        Object.assign(platform.openSocket(url, key, listener), {
          ping: () => listener.closed({ code: 1006, reason: "" }),
        }),
    },
  );
  await turnOfTheLoop();
  sockets[0]?.begin("session-1");
  clock.advance(2000);
  await expect(session.closed).rejects.toMatchObject({ code: "connection-lost" });
  expect({ timers: clock.pending, destroyed: sockets[0]?.destroyed }).toEqual({ timers: 0, destroyed: true });
});

describe("the state of a session", () => {
  test("is connecting until Begin, reconnecting after a drop, and open again", async () => {
    const clock = new FakeClock();
    const { platform, sockets } = scriptedPlatform(clock);
    const session = connect(local, platform);
    const states: string[] = [session.state];
    const note = async () => {
      await turnOfTheLoop();
      states.push(session.state);
    };
    await note();
    sockets[0]?.closes({ code: 1006, reason: "" });
    await note();
    clock.advance(2000);
    await note();
    sockets[1]?.begin("session-1");
    await note();
    sockets[1]?.closes({ code: 1006, reason: "" });
    await note();
    clock.advance(2000);
    await note();
    sockets[2]?.begin("session-2");
    await note();
    expect(states).toEqual([
      ...["connecting", "connecting", "connecting", "connecting"],
      ...["open", "reconnecting", "reconnecting", "open"],
    ]);
    session.abort();
    expect(session.state).toBe("closed");
  });

  test("is closing from close() on, through drops and new connections, and closed in the end", async () => {
    const it = await begun();
    await it.write(1000);
    const end = it.session.close();
    expect(it.session.state).toBe("closing");
    it.last().closes({ code: 1006, reason: "" });
    expect(it.session.state).toBe("closing");
    it.clock.advance(2000);
    await turnOfTheLoop();
    it.last().begin("session-2");
    expect(it.session.state).toBe("closing");
    await turnOfTheLoop();
    it.last().says({ type: "Termination", audio_duration_seconds: 1 });
    it.last().closes({ code: 1000, reason: "" });
    await end;
    expect(it.session.state).toBe("closed");
    it.session.abort();
    expect(it.session.state).toBe("closed");
  });
});
