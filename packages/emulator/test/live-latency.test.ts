import { expect, test } from "vitest";
import { ManualClock } from "../src/clock.ts";
import { scripted } from "../src/engines/scripted.ts";
import type { ObservedSession } from "../src/observation/observed-session.ts";
import { startEmulator } from "../src/server.ts";
import { silence } from "./support/audio.ts";
import { type Json, RawClient, wordsOf } from "./support/raw-client.ts";

const script = [
  { text: "Hello", start: 1_000, end: 1_300 },
  { text: "there.", start: 1_400, end: 1_700 },
  { text: "And", start: 4_000, end: 4_300 },
  { text: "then", start: 4_400, end: 4_700 },
];

const oneTask = () => new Promise((resolve) => setImmediate(resolve));

/** Moves the clock in small steps until this holds. */
async function advanceUntil(clock: ManualClock, holds: () => boolean): Promise<void> {
  for (; !holds(); clock.advance(10)) await oneTask();
}

/** An emulator with live latency, a client in it whose session has begun, and the means to speak in real time. */
async function live(query: Record<string, string | number> = {}, seed = 0) {
  const clock = new ManualClock(1_000_000);
  const emulator = await startEmulator({ clock, seed, latency: "live", engine: scripted(script) });
  const client = await RawClient.connect(emulator.url, { sample_rate: 16_000, ...query });
  await expect.poll(() => emulator.sessions.length).toBe(1);
  const [session = expect.fail()] = emulator.sessions;
  await advanceUntil(clock, () => session.state === "open");
  return {
    clock,
    client,
    session,
    async speak(ms: number) {
      const target = session.audio.receivedMs + ms;
      while (session.audio.receivedMs < target) {
        const before = session.audio.receivedMs;
        client.ws.send(silence(50));
        while (session.audio.receivedMs === before) await oneTask();
        clock.advance(50);
      }
    },
    async say(type: string) {
      const before = session.received.length;
      client.say({ type });
      while (session.received.length === before) await oneTask();
    },
    async [Symbol.asyncDispose]() {
      await client[Symbol.asyncDispose]();
      await emulator.close();
    },
  };
}

/** When the first message was sent that fits, by the clock. */
function sentAt(session: ObservedSession, fits: (message: Json) => boolean): number {
  const found = session.messages.find(
    (message) => message.kind === "text" && message.direction === "out" && fits(message.json as Json),
  );
  return found?.at ?? Number.NaN;
}

/** When a moment of the audio was spoken: a message of 50 ms comes when it is whole. */
function spokenAt(session: ObservedSession, audioMs: number): number {
  const first = session.messages.find(({ kind }) => kind === "audio");
  return (first?.at ?? Number.NaN) + audioMs - 50;
}

function expectWithin(value: number, least: number, most: number): void {
  expect(value).toBeGreaterThanOrEqual(least);
  expect(value).toBeLessThanOrEqual(most);
}

test("Begin, SpeechStarted with the first partial, final, ForceEndpoint and Termination are as late as measured", async () => {
  await using ends = await live();
  const { session, clock } = ends;
  expectWithin(sentAt(session, ({ type }) => type === "Begin") - 1_000_000, 1_200, 1_300);
  await ends.speak(5_000);
  const started = sentAt(session, ({ type }) => type === "SpeechStarted");
  expectWithin(started - spokenAt(session, 1_000), 1_140, 1_200);
  expect(sentAt(session, ({ type }) => type === "Turn")).toBe(started);
  const final = (session.sent as Json[]).find(({ end_of_turn }) => end_of_turn === true);
  const lastEnd = wordsOf(final).at(-1)?.end;
  expectWithin(
    sentAt(session, ({ end_of_turn }) => end_of_turn === true) - spokenAt(session, Number(lastEnd)),
    360,
    480,
  );
  const forcedAt = clock.now();
  await ends.say("ForceEndpoint");
  await advanceUntil(clock, () => (session.sent as Json[]).some(({ transcript }) => transcript === "And then."));
  expectWithin(sentAt(session, ({ transcript }) => transcript === "And then.") - forcedAt, 170, 365);
  const terminatedAt = clock.now();
  await ends.say("Terminate");
  await advanceUntil(clock, () => session.state === "ended");
  expectWithin(sentAt(session, ({ type }) => type === "Termination") - terminatedAt, 550, 720);
});

test("min_latency shows the first words after 0.58 s; Terminate in mid-turn takes 1.2 s", async () => {
  await using ends = await live({ mode: "min_latency" });
  const { session, clock } = ends;
  await ends.speak(1_800);
  expectWithin(sentAt(session, ({ type }) => type === "SpeechStarted") - spokenAt(session, 1_000), 560, 600);
  const terminatedAt = clock.now();
  await ends.say("Terminate");
  await advanceUntil(clock, () => session.state === "ended");
  expect((session.sent as Json[]).at(-2)).toMatchObject({ transcript: "Hello there.", end_of_turn: true });
  expectWithin(sentAt(session, ({ type }) => type === "Termination") - terminatedAt, 1_180, 1_220);
});

test("the same seed gives the same delays", async () => {
  const begins = [];
  for (const seed of [1, 1, 2]) {
    await using ends = await live({}, seed);
    begins.push(sentAt(ends.session, ({ type }) => type === "Begin"));
  }
  expect(begins[0]).toBe(begins[1]);
  expect(begins[0]).not.toBe(begins[2]);
});

test("a burst of audio is accepted, and its final comes when real time would have it", async () => {
  await using ends = await live();
  const { session, client, clock } = ends;
  client.audio(silence(3_000), 32_000);
  await expect.poll(() => session.audio.receivedMs).toBe(3_000);
  const sent = clock.now();
  await advanceUntil(clock, () => (session.sent as Json[]).some(({ end_of_turn }) => end_of_turn === true));
  expect(clock.now() - sent).toBeGreaterThan(1_000);
});

test("what cannot be read is refused a second later", async () => {
  for (const text of ["no JSON", '{"type":"Bogus"}']) {
    await using ends = await live();
    const { session, clock, client } = ends;
    const at = clock.now();
    client.ws.send(text);
    await expect.poll(() => session.received.length).toBe(1);
    await advanceUntil(clock, () => session.state === "ended");
    expectWithin(sentAt(session, ({ type }) => type === "Error") - at, 980, 1_020);
  }
});

test("a token is late too, by the clock", async () => {
  const clock = new ManualClock();
  await using emulator = await startEmulator({ clock, latency: "live" });
  const base = emulator.url.replace(/^ws/, "http");
  let answered = false;
  const token = fetch(`${base}/v3/token?expires_in_seconds=60`, { headers: { authorization: "key" } }).then(
    (answer) => {
      answered = true;
      return answer.status;
    },
  );
  for (let count = 0; count < 3; count++) await fetch(`${base}/emulator/sessions`);
  expect(answered).toBe(false);
  await advanceUntil(clock, () => answered);
  expect(await token).toBe(200);
});
