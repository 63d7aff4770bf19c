import { expect, test } from "vitest";
import { ManualClock } from "./clock.ts";
import { Observer } from "./observation.ts";

const handshake = { url: "/v3/ws", query: new URLSearchParams(), headers: {} };

test("of many sessions the latest are kept, and those that are still open", () => {
  const observer = new Observer(new ManualClock(), false, { sessions: 3 });
  const open = observer.connected(handshake);
  for (let index = 1; index < 10; index++) observer.connected(handshake).end(1_000, "");
  expect(observer.sessions.map(({ index }) => index)).toEqual([0, 8, 9]);
  expect(open.state).toBe("connecting");
});

test("of many messages the latest are kept, those of the oldest session going first", () => {
  const observer = new Observer(new ManualClock(), false, { messages: 100 });
  const [first, second] = [observer.connected(handshake), observer.connected(handshake)];
  for (let count = 0; count < 80; count++) first.text("in", `${count}`);
  for (let count = 0; count < 300; count++) second.text("in", `${count}`);
  expect(first.messages).toEqual([]);
  expect(second.messages.length).toBeLessThanOrEqual(100);
  expect(second.messages.length).toBeGreaterThanOrEqual(50);
  expect(second.received.at(-1)).toBe(299);
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
