import { setImmediate as turnOfTheLoop } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { FakeClock } from "../../test/fake-clock.ts";
import { final, turn, word } from "../../test/messages.ts";
import { type ScriptedSocket, scriptedPlatform } from "../../test/scripted-platform.ts";
import { connect } from "../connect.ts";

const lifetimeMs = 3_600_000;
/** The second connection is made within this time of the end of the first. */
const marginMs = 60_000;

/** A session whose first connection is open, and ends in an hour. */
async function start() {
  const clock = new FakeClock(1_790_000_000_000);
  const begun = new Set<ScriptedSocket>();
  const { platform, sockets } = scriptedPlatform(clock);
  const session = connect(
    { apiHost: "ws://localhost", sampleRate: 8000, encoding: "pcm_mulaw" },
    { ...platform, sendsPings: false },
  );
  const begin = async (lifetime = lifetimeMs) => {
    await turnOfTheLoop();
    const socket = sockets.at(-1);
    if (!socket || begun.has(socket)) throw new Error("No new connection");
    begun.add(socket);
    socket.begin(`session-${sockets.length}`, (clock.now() + lifetime) / 1000);
    return socket;
  };
  const first = await begin();
  return { session, clock, sockets, begin, first };
}

const reconnects = async (session: Awaited<ReturnType<typeof start>>["session"]) => {
  await turnOfTheLoop();
  return session.stats().reconnects;
};

describe("a session that nears its end", () => {
  test("gets a second connection beside the first, and not before it is time", async () => {
    const { session, clock, sockets } = await start();
    clock.advance(lifetimeMs - marginMs - 1);
    await turnOfTheLoop();
    expect(sockets).toHaveLength(1);
    clock.advance(1);
    await turnOfTheLoop();
    expect(sockets).toHaveLength(2);
    expect(sockets[0]?.controls).toEqual([]);
    session.abort();
  });

  test("changes over at once where nobody speaks, and lets the old connection finish", async () => {
    const { session, clock, begin, first } = await start();
    clock.advance(lifetimeMs - marginMs);
    await begin();
    expect(await reconnects(session)).toBe(1);
    expect(first.controls).toEqual([{ type: "Terminate" }]);
    expect(session.state).toBe("open");
    session.abort();
  });

  test("waits for the end of a turn", async () => {
    const { session, clock, begin, first } = await start();
    first.says(turn(0, { words: [word(0, 100)] }));
    clock.advance(lifetimeMs - marginMs);
    await begin();
    expect(await reconnects(session)).toBe(0);
    first.says(final(0, { words: [word(0, 200)] }));
    expect(await reconnects(session)).toBe(1);
    session.abort();
  });

  test("changes over before the end though the turn does not", async () => {
    const { session, clock, begin, first } = await start();
    first.says(turn(0, { words: [word(0, 100)] }));
    clock.advance(lifetimeMs - marginMs);
    await begin();
    clock.advance(marginMs / 2);
    expect(await reconnects(session)).toBe(0);
    clock.advance(marginMs / 4);
    expect(await reconnects(session)).toBe(1);
    session.abort();
  });

  test("tries again while there is time, when the second connection fails", async () => {
    const { session, clock, sockets, begin } = await start();
    clock.advance(lifetimeMs - marginMs);
    await turnOfTheLoop();
    sockets[1]?.closes({ code: 1006, reason: "" });
    clock.advance(marginMs / 8);
    await turnOfTheLoop();
    expect(sockets).toHaveLength(3);
    await begin();
    expect(await reconnects(session)).toBe(1);
    session.abort();
  });

  test("changes over at once, even in mid-turn, to a second connection that comes late", async () => {
    const { session, clock, sockets, begin, first } = await start();
    first.says(turn(0, { words: [word(0, 100)] }));
    clock.advance(lifetimeMs - marginMs);
    for (let attempt = 0; attempt < 6; attempt++) {
      await turnOfTheLoop();
      sockets.at(-1)?.closes({ code: 1006, reason: "" });
      clock.advance(marginMs / 8);
    }
    await turnOfTheLoop();
    clock.advance(marginMs / 12);
    expect(await reconnects(session)).toBe(0);
    await begin();
    clock.advance(0);
    expect(await reconnects(session)).toBe(1);
    session.abort();
  });

  test("stops trying when there is none", async () => {
    const { session, clock, sockets } = await start();
    clock.advance(lifetimeMs - marginMs);
    for (let i = 0; i < 30; i++) {
      await turnOfTheLoop();
      sockets.at(-1)?.closes({ code: 1006, reason: "" });
      if (sockets.length === 1) break;
      clock.advance(marginMs / 8);
      if (clock.now() > 1_790_000_000_000 + lifetimeMs) break;
    }
    expect(sockets.length).toBeLessThanOrEqual(9);
    session.abort();
  });

  test("gives the second connection up when it closes", async () => {
    const { session, clock, sockets } = await start();
    clock.advance(lifetimeMs - marginMs);
    await turnOfTheLoop();
    session.close().catch(() => {});
    expect(sockets[1]?.destroyed).toBe(true);
    session.abort();
    expect(sockets[0]?.destroyed).toBe(true);
    expect(clock.pending).toBe(0);
  });

  test("rolls over again and again", async () => {
    const { session, clock, begin } = await start();
    for (let times = 1; times <= 5; times++) {
      clock.advance(lifetimeMs - marginMs);
      await begin();
      expect(await reconnects(session)).toBe(times);
    }
    session.abort();
    expect(clock.pending).toBe(0);
  });
});
