import { expect, test } from "vitest";
import { ManualClock } from "../clock.ts";
import { Observer } from "./observer.ts";
import type { SessionRecord } from "./session-record.ts";

const handshake = { url: "/v3/ws", query: new URLSearchParams(), headers: {} };

test("of many sessions the latest are kept, and those that are still open", () => {
  const observer = new Observer(new ManualClock(), false, { sessions: 3 });
  const open = observer.connected(handshake);
  for (let index = 1; index < 10; index++) observer.connected(handshake).end(1_000, "");
  expect(observer.sessions.map(({ index }) => index)).toEqual([0, 8, 9]);
  expect(open.state).toBe("connecting");
});

test("of many messages the latest are kept, those of ended sessions going first, and each session says what it lost", () => {
  const observer = new Observer(new ManualClock(), false, { messages: 100 });
  const [open, ended, long] = [
    observer.connected(handshake),
    observer.connected(handshake),
    observer.connected(handshake),
  ];
  const say = (session: SessionRecord, times: number) => {
    for (let count = 0; count < times; count++) session.text("in", `${count}`);
  };
  say(open, 20);
  say(ended, 60);
  ended.end(1_000, "");
  say(long, 30);
  expect([open, ended, long].map((session) => session.forgotten)).toEqual([0, 60, 0]);
  say(long, 270);
  expect(open).toMatchObject({ forgotten: 0, messages: { length: 20 } });
  expect(long.messages.length).toBeLessThanOrEqual(80);
  expect(long.messages.length).toBeGreaterThanOrEqual(30);
  expect(long.messages.length + long.forgotten).toBe(300);
  expect(long.received.at(-1)).toBe(269);
});

test("long messages are let go before they fill the memory", () => {
  const observer = new Observer(new ManualClock(), false, { bytes: 1_000_000 });
  const session = observer.connected(handshake);
  const text = "x".repeat(100_000);
  for (let count = 0; count < 95; count++) session.text("in", text);
  expect(session.messages.length).toBeGreaterThanOrEqual(4);
  expect(session.messages.length).toBeLessThanOrEqual(10);
  expect(session.messages.length + session.forgotten).toBe(95);
  session.text("in", "x".repeat(2_000_000));
  expect(session).toMatchObject({ forgotten: 96, messages: [] });
  session.text("in", "y");
  expect(session.received).toEqual(["y"]);
});

test("audio is accounted for: messages, bytes, duration, the longest gap", () => {
  const clock = new ManualClock();
  const session = new Observer(clock, false, {}).connected(handshake);
  for (const wait of [0, 50, 700, 50]) {
    clock.advance(wait);
    session.heard(new Uint8Array(1_600), 50);
  }
  expect(session.audio).toEqual({ messages: 4, bytes: 6_400, receivedMs: 200, longestGapMs: 700 });
  expect(() => session.recordedAudio()).toThrow("record: true");
});
