import { setImmediate as turnOfTheLoop } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { audio, type Begun, begun, local } from "../../test/begun-session.ts";
import { FakeClock } from "../../test/fake-clock.ts";
import { final, turn, word } from "../../test/messages.ts";
import { scriptedPlatform } from "../../test/scripted-platform.ts";
import { connect } from "../connect.ts";
import type { ConnectOptions } from "../options/options.ts";

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
      .write(audio(1100))
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
    sockets[1]?.says({ type: "Termination", audio_duration_seconds: 1.1 });
    sockets[1]?.closes({ code: 1000, reason: "" });
    expect(await end).toMatchObject({ reconnects: 1 });
    expect(session.stats()).toMatchObject({ audioReplayedMs: 1100, audioLostMs: 0 });
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
    sockets[0]?.says({ type: "Termination", audio_duration_seconds: 1.1 });
    sockets[0]?.closes({ code: 1000, reason: "" });
    expect(await end).toMatchObject({ reconnects: 0 });
  });
});

describe("a thread that is held up, or a machine that sleeps, beyond a deadline", () => {
  const termination = { type: "Termination", audio_duration_seconds: 1 };

  test.each([5_101, 30_000])("of 5 s, for %d ms: the Termination that came meanwhile is read", async (ms) => {
    const it = await begun();
    await it.write(1000);
    const end = it.session.close();
    await turnOfTheLoop();
    it.clock.sleep(ms);
    it.last().says(termination);
    it.last().closes({ code: 1000, reason: "" });
    expect(await end).toMatchObject({ reconnects: 0 });
  });

  test("also behind a turn", async () => {
    const it = await begun();
    await it.write(1000);
    const end = it.session.close();
    await turnOfTheLoop();
    it.clock.sleep(30_000);
    it.last().says(final(0, { words: [word(0, 900)] }));
    it.clock.advance(10);
    it.last().says(termination);
    it.last().closes({ code: 1000, reason: "" });
    expect(await end).toMatchObject({ reconnects: 0 });
  });

  test("fails a second later where none came, however often it is held up", async () => {
    for (const again of [(clock: FakeClock) => clock.advance(1), (clock: FakeClock) => clock.sleep(30_000)]) {
      const it = await begun();
      const end = it.session.close().catch((error: unknown) => error);
      await turnOfTheLoop();
      it.clock.sleep(30_000);
      it.clock.advance(999);
      expect(it.session.state).toBe("closing");
      again(it.clock);
      expect(await end).toMatchObject({ code: "termination-timeout" });
    }
  });

  test("the Begin that came meanwhile is read", async () => {
    const clock = new FakeClock();
    const { platform, sockets } = scriptedPlatform(clock);
    const session = connect({ ...local, connectTimeout: 1000, maxConnectionRetries: 0 }, platform);
    await turnOfTheLoop();
    clock.sleep(30_000);
    sockets[0]?.begin("session-1");
    expect(await session.opened).toMatchObject({ id: "session-1" });
    session.abort();
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
