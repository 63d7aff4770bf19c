import { expect, test } from "vitest";
import { ManualClock } from "../src/clock.ts";
import { startEmulator } from "../src/server.ts";
import { tone } from "./support/audio.ts";
import { RawClient } from "./support/raw-client.ts";
import { spoken, transcribe } from "./support/spoken.ts";

const rate = { sample_rate: 16_000, speech_model: "universal-streaming-english" };

test("Silence reports each second without speech, on U3 and where asked for", async () => {
  const client = await transcribe(spoken("Hi."), { speech_model: "u3-rt-pro", acknowledge_silence: true });
  const reports = client.messages.filter(({ type }) => type === "Silence");
  expect(reports.map(({ start_ms, end_ms }) => [start_ms, end_ms])).toEqual([
    [300, 1_300],
    [1_300, 2_300],
  ]);
  for (const query of [{ speech_model: "u3-rt-pro" }, { acknowledge_silence: true }]) {
    const { messages } = await transcribe(spoken("Hi."), query);
    expect(messages.some(({ type }) => type === "Silence")).toBe(false);
  }
});

test("Heartbeat comes every 5 s of the clock, once asked for", async () => {
  const clock = new ManualClock(1_790_000_000_000);
  await using emulator = await startEmulator({ clock });
  await using client = await RawClient.connect(emulator.url, rate);
  expect((await client.until("Begin")).expires_at).toBe(1_790_000_000 + 10_800);
  clock.advance(12_000);
  client.say({ type: "UpdateConfiguration", session_heartbeat: true });
  client.audio(tone(2_000));
  await expect.poll(() => emulator.sessions[0]?.audio.receivedMs).toBe(2_000);
  clock.advance(3_000);
  expect(await client.until("Heartbeat")).toEqual({
    type: "Heartbeat",
    total_audio_received_ms: 2_000,
    total_duration_ms: 15_000,
    realtime_factor: 0.1333,
    max_speech_probability: 0.999999,
  });
});

test("Heartbeat: faster than real time is above 1, and a probability needs audio to judge", async () => {
  const clock = new ManualClock();
  await using emulator = await startEmulator({ clock });
  await using client = await RawClient.connect(emulator.url, { ...rate, session_heartbeat: true });
  await client.until("Begin");
  client.audio(tone(8_000));
  await expect.poll(() => emulator.sessions[0]?.audio.receivedMs).toBe(8_000);
  clock.advance(5_000);
  clock.advance(5_000);
  await client.until((message) => message.total_duration_ms === 10_000);
  const [first, second] = client.messages.filter(({ type }) => type === "Heartbeat");
  expect(first).toMatchObject({ realtime_factor: 1.6, max_speech_probability: 0.999999 });
  expect(second).not.toHaveProperty("max_speech_probability");
});
