import { setImmediate as turnOfTheLoop } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { FakeClock } from "../../test/fake-clock.ts";
import { scriptedPlatform } from "../../test/scripted-platform.ts";
import { connect } from "../connect.ts";
import type { ConnectOptions } from "../options/options.ts";
import type { StreamingEvent } from "../protocol/messages.ts";

const hour = 3_600_000;

/** A page whose network comes and goes. */
async function page(online: boolean, options: ConnectOptions = {}) {
  const clock = new FakeClock();
  const { platform, sockets } = scriptedPlatform(clock);
  const listeners = new Set<() => void>();
  const network = {
    online,
    turn(on: boolean) {
      network.online = on;
      for (const listener of [...listeners]) listener();
    },
    hooks: {
      is: () => network.online,
      onChange(listener: () => void) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
  };
  let tokens = 0;
  const session = connect(
    {
      apiHost: "ws://localhost",
      sampleRate: 8000,
      encoding: "pcm_mulaw",
      token: () => {
        tokens++;
        if (!network.online) throw new TypeError("Failed to fetch");
        return "a token";
      },
      ...options,
    },
    { ...platform, online: network.hooks },
  );
  const events: StreamingEvent[] = [];
  const reading = (async () => {
    for await (const event of session.events) events.push(event);
  })().catch(() => {});
  const pass = async (ms: number) => {
    for (let step = 0; step < 20; step++) {
      await turnOfTheLoop();
      clock.advance(ms / 20);
    }
    await turnOfTheLoop();
  };
  await pass(0);
  return { session, clock, sockets, listeners, network, events, reading, pass, tokens: () => tokens };
}

describe("while a page is offline", () => {
  test("a session that was dropped waits, asks for no token, says so once, and continues when it is online", async () => {
    const it = await page(true);
    it.sockets[0]?.begin("session-1");
    await it.pass(0);
    it.network.online = false;
    it.sockets[0]?.closes({ code: 1006, reason: "" });
    await it.pass(hour);
    expect(it.session.state).toBe("reconnecting");
    expect({ sockets: it.sockets.length, tokens: it.tokens(), timers: it.clock.pending }).toEqual({
      sockets: 1,
      tokens: 1,
      timers: 0,
    });
    it.network.turn(true);
    await it.pass(0);
    it.sockets[1]?.begin("session-2");
    await it.pass(0);
    expect(it.session.state).toBe("open");
    expect(it.events.filter(({ type }) => type === "Reconnecting")).toEqual([
      {
        type: "Reconnecting",
        attempt: 1,
        delay_ms: 0,
        reason: expect.stringMatching(/^This page is offline\. The connection to localhost was lost/),
        waiting_for: "online",
      },
    ]);
    expect(it.listeners.size).toBe(0);
    it.session.abort();
  });

  test("a session that starts there waits with its first attempt, and opens when it is online", async () => {
    const it = await page(false, { maxConnectionRetries: 0 });
    await it.pass(hour);
    expect({ state: it.session.state, sockets: it.sockets.length, tokens: it.tokens() }).toEqual({
      state: "connecting",
      sockets: 0,
      tokens: 0,
    });
    it.network.turn(true);
    await it.pass(0);
    it.sockets[0]?.begin("session-1");
    await it.session.opened;
    await it.pass(0);
    expect(it.events.map((event) => [event.type, "waiting_for" in event && event.waiting_for])).toEqual([
      ["Reconnecting", "online"],
      ["Begin", false],
    ]);
    it.session.abort();
  });

  test("attempts that fail do not count", async () => {
    const it = await page(true, { reconnect: { maxAttempts: 2 } });
    it.sockets[0]?.begin("session-1");
    await it.pass(0);
    for (let i = 0; i < 20; i++) {
      it.network.online = false;
      it.sockets.at(-1)?.closes({ code: 1006, reason: "" });
      await it.pass(1000);
      it.network.turn(true);
      await it.pass(0);
    }
    expect(it.session.state).toBe("reconnecting");
    expect(it.sockets).toHaveLength(21);
    it.session.abort();
  });

  test("going offline while the next attempt is waited for does not spend it", async () => {
    const it = await page(true);
    it.sockets[0]?.begin("session-1");
    await it.pass(0);
    it.sockets[0]?.closes({ code: 1006, reason: "" });
    it.network.online = false;
    await it.pass(hour);
    expect({ sockets: it.sockets.length, tokens: it.tokens() }).toEqual({ sockets: 1, tokens: 1 });
    it.network.turn(true);
    await it.pass(0);
    expect(it.sockets).toHaveLength(2);
    it.session.abort();
  });

  test("a change that leaves it offline is waited through", async () => {
    const it = await page(false);
    for (let i = 0; i < 3; i++) it.network.turn(false);
    await it.pass(1000);
    expect(it.sockets).toHaveLength(0);
    expect(it.events).toHaveLength(1);
    it.session.abort();
    expect(it.listeners.size).toBe(0);
  });

  test("audio waits in its writer, and none of it is missing afterwards", async () => {
    const it = await page(false, { audioBuffer: 1000, pace: false });
    const writer = it.session.audio.getWriter();
    let taken = 0;
    for (let i = 0; i < 40; i++) void writer.write(new Uint8Array(800)).then(() => taken++);
    await it.pass(hour);
    expect(taken).toBe(0);
    expect(writer.desiredSize).toBeLessThan(0);
    it.network.turn(true);
    await it.pass(0);
    it.sockets[0]?.begin("session-1");
    await it.pass(0);
    expect(it.session.stats().audioSentMs).toBe(4000);
    it.session.abort();
  });

  test.each([
    ["close()", "connection-failed", (it: Awaited<ReturnType<typeof page>>) => void it.session.close().catch(() => {})],
    ["abort()", "aborted", (it: Awaited<ReturnType<typeof page>>) => it.session.abort()],
    ["closing the writer", "connection-failed", () => {}],
  ])("%s ends the session at once", async (how, code, end) => {
    const it = await page(true);
    it.sockets[0]?.begin("session-1");
    const writer = it.session.audio.getWriter();
    writer.closed.catch(() => {});
    writer.write(new Uint8Array(8000)).catch(() => {});
    await it.pass(0);
    it.network.online = false;
    it.sockets[0]?.closes({ code: 1006, reason: "" });
    await it.pass(0);
    if (how === "closing the writer") void writer.close().catch(() => {});
    end(it);
    await expect(it.session.closed).rejects.toMatchObject({ code });
    if (code === "connection-failed")
      await expect(it.session.closed).rejects.toThrow("closed while this page was offline: 1.0 s of audio");
    expect({ listeners: it.listeners.size, timers: it.clock.pending }).toEqual({ listeners: 0, timers: 0 });
    expect(it.session.stats().audioLostMs).toBe(1000);
  });

  test("a drop while the session closes ends it at once", async () => {
    const it = await page(true);
    it.sockets[0]?.begin("session-1");
    it.session.audio
      .getWriter()
      .write(new Uint8Array(8000))
      .catch(() => {});
    await it.pass(0);
    const end = it.session.close();
    await it.pass(0);
    it.network.online = false;
    it.sockets[0]?.closes({ code: 1006, reason: "" });
    await expect(end).rejects.toMatchObject({ code: "connection-failed", retryable: true });
    expect(it.listeners.size).toBe(0);
  });

  test("close() of a session that nothing was written to is a good end", async () => {
    const it = await page(false);
    expect(await it.session.close()).toMatchObject({ sessionIds: [] });
    expect(it.listeners.size).toBe(0);
  });

  test("a failure that no attempt can help, and reconnect: false, end the session all the same", async () => {
    for (const [code, reconnect] of [
      [1006, false],
      [1008, true],
    ] as const) {
      const it = await page(true, { reconnect });
      it.sockets[0]?.begin("session-1");
      await it.pass(0);
      it.network.online = false;
      it.sockets[0]?.closes({ code, reason: "" });
      await expect(it.session.closed).rejects.toMatchObject({ closeCode: code });
    }
  });
});

test.each([
  ["is", { is: () => expect.fail("no"), onChange: () => () => {} }],
  ["onChange", { is: () => false, onChange: () => expect.fail("no") }],
])("a platform whose online.%s throws is taken for one that does not know", async (_, online) => {
  const { platform, sockets } = scriptedPlatform(new FakeClock());
  const session = connect({ apiHost: "ws://localhost", sampleRate: 8000 }, { ...platform, online });
  await turnOfTheLoop();
  expect(sockets).toHaveLength(1);
  session.abort();
});
