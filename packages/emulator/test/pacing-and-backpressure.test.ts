import { expect, test } from "vitest";
import { ManualClock } from "../src/clock.ts";
import { scripted } from "../src/engines/scripted.ts";
import { startEmulator } from "../src/server.ts";
import { silence, tone } from "./support/audio.ts";
import { RawClient } from "./support/raw-client.ts";
import { still } from "./support/round-trip.ts";

const rate = { sample_rate: 16_000, speech_model: "universal-streaming-english" };

test("pacing: free by default, refused or throttled when asked", async () => {
  const clock = new ManualClock();
  await using refusing = await startEmulator({ clock, pacing: "refuse" });
  await using hasty = await RawClient.connect(refusing.url, rate);
  await hasty.until("Begin");
  hasty.audio(tone(11_000));
  expect(await hasty.until("Error")).toMatchObject({
    error_code: 3_007,
    error: "Audio Transmission Rate Exceeded: Received 10.1 sec. audio in 0.0 sec",
  });
  await using throttling = await startEmulator({ clock, pacing: "throttle" });
  await using patient = await RawClient.connect(throttling.url, rate);
  await patient.until("Begin");
  patient.audio(tone(10_000), 32_000);
  const taken = () => throttling.sessions[0]?.audio.receivedMs;
  for (const [advance, audio] of [
    [0, 1_000],
    [800, 2_000],
    [800, 3_000],
  ] as const) {
    clock.advance(advance);
    await expect.poll(taken).toBe(audio);
  }
  patient.audio(tone(300_000), 32_000);
  expect(await patient.until("Error")).toMatchObject({ error_code: 3_007 });
});

test("a throttled session buffers so much, of text too, and then stops reading until audio is due", async () => {
  const clock = new ManualClock();
  await using emulator = await startEmulator({ clock, pacing: "throttle" });
  await using client = await RawClient.connect(emulator.url, rate);
  await client.until("Begin");
  let pongs = 0;
  client.ws.on("pong", () => pongs++);
  client.audio(tone(2_000), 32_000);
  for (let count = 0; count < 20_000; count++) client.say({ type: "KeepAlive" });
  client.ws.ping();
  await still(emulator, () => emulator.sessions[0]?.received.length);
  expect(pongs).toBe(0);
  clock.advance(800);
  await expect.poll(() => pongs).toBe(1);
  await client.finish();
  expect(emulator.sessions[0]?.received.length).toBe(20_001);
});

test("a client that never reads stops being read from, and loses nothing when it reads again", async () => {
  const text = "long".repeat(500);
  const many = Array.from({ length: 500 }, (_, index) => {
    const start = Math.floor(index / 10) * 4_000 + (index % 10) * 100;
    return { text, start, end: start + 90 };
  });
  await using emulator = await startEmulator({ engine: scripted(many) });
  await using client = await RawClient.connect(emulator.url, rate);
  await client.until("Begin");
  client.ws.pause();
  client.audio(silence(201_000), 32_000);
  const received = () => emulator.sessions[0]?.audio.receivedMs;
  await still(emulator, received);
  expect(received()).toBeLessThan(201_000);
  client.ws.resume();
  await client.finish();
  expect(received()).toBe(201_000);
  expect(client.finals).toHaveLength(50);
});
