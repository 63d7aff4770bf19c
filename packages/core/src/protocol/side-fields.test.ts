import { setImmediate as turnOfTheLoop } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { FakeClock } from "../../test/fake-clock.ts";
import { turn } from "../../test/messages.ts";
import { scriptedPlatform } from "../../test/scripted-platform.ts";
import { connect } from "../connect.ts";
import type { Platform } from "../connection/socket.ts";
import type { StreamingEvent } from "./messages.ts";

/** A session whose socket has opened; `says` goes straight to it, and throws what its listener throws. */
async function open(change: Partial<Platform> = {}) {
  const clock = new FakeClock();
  const warnings: string[] = [];
  const { platform, sockets } = scriptedPlatform(clock);
  const session = connect(
    { apiHost: "ws://localhost", sampleRate: 8000, maxConnectionRetries: 5, onWarning: (text) => warnings.push(text) },
    { ...platform, ...change },
  );
  await turnOfTheLoop();
  const [socket] = sockets;
  if (!socket) throw new Error("No socket was opened");
  return { session, clock, socket, sockets, warnings };
}

async function readAll(events: AsyncIterable<StreamingEvent>): Promise<{ read: StreamingEvent[]; error?: unknown }> {
  const read: StreamingEvent[] = [];
  try {
    for await (const event of events) read.push(event);
    return { read };
  } catch (error) {
    return { read, error };
  }
}

describe("a session whose service sends odd messages", () => {
  test("reads a Turn with end_of_turn_confidence: null, and warns once", async () => {
    const { session, socket, warnings } = await open();
    socket.begin();
    for (const turn_order of [0, 1]) socket.says({ ...turn(turn_order), end_of_turn_confidence: null });
    session.abort();
    const { read } = await readAll(session.events);
    expect(read).toMatchObject([{ type: "Begin" }, { turn_order: 0, end_of_turn_confidence: null }, { turn_order: 1 }]);
    expect(warnings).toEqual([expect.stringContaining("Turn.end_of_turn_confidence is null")]);
  });

  test("reads words, SpeechStarted and answers without times and numbers", async () => {
    const { session, socket } = await open();
    socket.begin();
    const odd = [
      turn(0, { end_of_turn: true, words: [{ text: "a" }, { text: "b", start: null, end: 1e308 }, { text: "c" }] }),
      { type: "SpeechStarted" },
      { type: "LLMGatewayResponse", data: 1 },
      { type: "Warning" },
      turn(1, { words: [{ text: "d", start: -5, end: -1e308 }] }),
    ];
    for (const message of odd) socket.says(message);
    session.abort();
    const { read } = await readAll(session.events);
    expect(read.slice(1).map((event) => event.type)).toEqual(odd.map((event) => event.type));
    expect(JSON.stringify(session.stats())).not.toMatch(/NaN/);
  });

  test("opens though Begin has no expires_at", async () => {
    const { session, socket } = await open();
    socket.says({ type: "Begin", id: "bare" });
    expect(await session.opened).toEqual({ type: "Begin", id: "bare" });
    session.abort();
  });

  test("fails at once, with the reason, when Begin has no id", async () => {
    const { session, socket, sockets } = await open();
    socket.says({ type: "Begin", id: 5, expires_at: 0 });
    await expect(session.closed).rejects.toMatchObject({
      code: "server-error",
      message: expect.stringContaining("Begin that cannot be used: Begin.id is a number"),
    });
    expect(sockets).toHaveLength(1);
  });

  test("goes on after any message nested 6,000 deep: nothing is thrown into the socket's listener", async () => {
    const { session, socket } = await open();
    const deep = "[".repeat(6000) + "]".repeat(6000);
    socket.writes(`{"type":${deep}}`);
    socket.begin();
    socket.writes(`{"type":"Error","error":${deep}}`);
    socket.writes(`{"type":"Turn","turn_order":0,"end_of_turn":true,"transcript":"","more":${deep}}`);
    socket.says(turn(0));
    session.abort();
    const { read } = await readAll(session.events);
    expect(read.map((event) => event.type)).toEqual(["Unrecognized", "Begin", "Unrecognized", "Unrecognized", "Turn"]);
  });
});

describe("what throws while a message is handled", () => {
  test("fails the session with internal-error, and never reaches the socket", async () => {
    const broken = new Error("out of order");
    let now = () => 0;
    const { session, socket } = await open({ clock: { now: () => now(), after: () => () => {} } });
    now = () => {
      throw broken;
    };
    socket.begin();
    const { error } = await readAll(session.events);
    expect(error).toMatchObject({ code: "internal-error", message: expect.stringContaining("out of order") });
    await expect(session.opened).rejects.toBe(error);
    await expect(session.closed).rejects.toBe(error);
  });
});

describe("a session whose events nobody reads", () => {
  test("counts what it drops of a flood, and warns once", async () => {
    const { session, socket, warnings } = await open();
    socket.begin();
    for (let i = 0; i < 10; i++) socket.says({ type: "Warning", warning: "w".repeat(1024 * 1024) });
    for (let i = 0; i < 5; i++) socket.writes("?".repeat(2 * 1024 * 1024));
    expect(session.stats().eventsDropped).toBe(7);
    expect(warnings).toEqual([expect.stringContaining("read too slowly")]);
    session.abort();
    const { read } = await readAll(session.events);
    expect(read.map((event) => event.type)).toEqual([
      "Begin",
      ...Array(3).fill("Warning"),
      ...Array(5).fill("Unrecognized"),
    ]);
    expect(read.at(-1)).toMatchObject({ raw: "?".repeat(65_536) });
  });

  test("fails with reader-too-slow before a flood of finals fills the memory; what came can be read", async () => {
    const { session, socket } = await open();
    socket.begin();
    const transcript = "t".repeat(4 * 1024 * 1024);
    for (let i = 0; i < 20; i++) socket.says(turn(i, { end_of_turn: true, transcript }));
    await expect(session.closed).rejects.toMatchObject({ code: "reader-too-slow" });
    expect(socket.destroyed).toBe(true);
    const { read, error } = await readAll(session.events);
    expect(read.map((event) => event.type)).toEqual(["Begin", ...Array(8).fill("Turn")]);
    expect(error).toMatchObject({ message: expect.stringContaining("Read them") });
    expect(session.stats().eventsDropped).toBe(0);
  });

  test("counts what is small as text only by what it occupies", async () => {
    const { session, socket } = await open();
    socket.begin();
    const arrays = "[],".repeat(100_000);
    let sent = 0;
    while (session.state === "open" && sent < 20) {
      socket.writes(`{"type":"Turn","turn_order":${sent++},"end_of_turn":true,"transcript":"","more":[${arrays}1]}`);
    }
    // 2.7 MB each, of which 0.3 MB are text.
    expect(sent).toBe(13);
    await expect(session.closed).rejects.toMatchObject({ code: "reader-too-slow" });
  });

  test("keeps every final of a real session of ten hours, in both forms", async () => {
    const { session, socket } = await open();
    socket.begin();
    const word = { start: 35_999_000, end: 35_999_400, text: "seven", confidence: 0.912345, word_is_final: true };
    const words = Array.from({ length: 25 }, () => word);
    // 150 words a minute.
    const turns = (10 * 60 * 150) / words.length;
    const message = turn(0, { end_of_turn: true, words, transcript: "seven ".repeat(words.length) });
    for (let i = 0; i < turns; i++)
      for (const turn_is_formatted of [false, true]) socket.says({ ...message, turn_order: i, turn_is_formatted });
    expect(session.state).toBe("open");
    session.abort();
    const { read } = await readAll(session.events);
    expect(read).toHaveLength(1 + 2 * turns);
  });
});
