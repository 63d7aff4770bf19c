import { expect, test } from "vitest";
import type { Engine, EngineListener } from "../src/engines/engine.ts";
import { scripted } from "../src/engines/scripted.ts";
import { startEmulator } from "../src/server.ts";
import { silence, tone } from "./support/audio.ts";
import { RawClient } from "./support/raw-client.ts";

const rate = { sample_rate: 16_000, speech_model: "universal-streaming-english" };

test("a session runs from Begin over partials and finals to Termination and close 1000", async () => {
  await using emulator = await startEmulator();
  await using client = await RawClient.connect(emulator.url, rate);
  await client.until("Begin");
  client.audio(tone(2_500));
  client.audio(silence(1_500));
  const termination = await client.finish();
  expect(client.finals).toEqual(["one two three"]);
  expect(client.turns.length).toBeGreaterThan(1);
  expect(termination).toMatchObject({ audio_duration_seconds: 4 });
  expect(await client.closed).toEqual({ code: 1_000, reason: "" });
});

test("`Begin` is the first message, with the session's configuration", async () => {
  await using emulator = await startEmulator();
  await using client = await RawClient.connect(emulator.url, rate);
  client.audio(tone(1_500));
  await client.finish();
  const [first, ...rest] = client.messages;
  expect(first).toMatchObject({ type: "Begin", id: expect.any(String), expires_at: expect.any(Number) });
  expect(first?.configuration).toMatchObject({ model: "universal-streaming-english", api_version: "2025-05-12" });
  expect(rest.filter(({ type }) => type === "Begin")).toEqual([]);
});

test("turns end at the script's pauses, for messages of any size", async () => {
  const words = ["good", "morning", "everyone", "let's", "begin"].map((text, index) => {
    const start = index * 400 + (index > 2 ? 900 : 0);
    return { text, start, end: start + 300 };
  });
  await using emulator = await startEmulator({ engine: scripted(words) });
  for (const frame of [1_600, 4_000, 32_000]) {
    await using client = await RawClient.connect(emulator.url, rate);
    client.audio(silence(4_000), frame);
    await client.finish();
    expect(client.finals).toEqual(["good morning everyone", "let's begin"]);
    expect(client.turns.map((turn) => turn.turn_order).filter((order) => order !== 0 && order !== 1)).toEqual([]);
  }
});

test("s16le at 16 kHz reaches the engine sample by sample, over 32768", async () => {
  const heard: number[] = [];
  await using emulator = await startEmulator({ engine: listening((samples) => heard.push(...samples)) });
  await using client = await RawClient.connect(emulator.url, rate);
  const bytes = tone(777);
  client.audio(bytes, 1_601);
  await client.finish();
  const view = new DataView(bytes.buffer);
  expect(heard).toEqual(
    Array.from({ length: bytes.length / 2 }, (_, index) => view.getInt16(index * 2, true) / 32_768),
  );
});

test("audio at other rates and in mu-law arrives as 16 kHz", async () => {
  let count = 0;
  await using emulator = await startEmulator({
    engine: listening((samples) => {
      count += samples.length;
    }),
  });
  const cases = [
    { query: { sample_rate: 8_000, encoding: "pcm_mulaw" }, bytes: new Uint8Array(8_000).fill(0xff), frame: 400 },
    { query: { sample_rate: 44_100 }, bytes: tone(1_000, 44_100), frame: 4_410 },
    { query: { sample_rate: 96_000 }, bytes: tone(1_000, 96_000), frame: 9_600 },
  ];
  for (const { query, bytes, frame } of cases) {
    count = 0;
    await using client = await RawClient.connect(emulator.url, query);
    client.audio(bytes, frame);
    await client.finish();
    expect(count).toBe(16_000);
  }
});

test.each([
  ["too long", [1_200], "1200.0"],
  ["too short, after 49 that were", [100, ...Array.from({ length: 50 }, () => 20)], "20.0"],
])("a message %s is refused with 3007", async (_name, durations, named) => {
  await using emulator = await startEmulator();
  await using client = await RawClient.connect(emulator.url, rate);
  for (const ms of durations) client.ws.send(silence(ms));
  const error = await client.until("Error");
  expect(error).toMatchObject({
    error_code: 3_007,
    error: `Input Duration Error: Input Duration Violation: ${named} ms. Expected between 50 and 1000 ms`,
  });
  expect(await client.closed).toEqual({ code: 3_007, reason: "See Error message for details" });
});

test("a second of short messages is tolerated, and 50 and 1000 ms are within bounds", async () => {
  await using emulator = await startEmulator();
  await using client = await RawClient.connect(emulator.url, rate);
  for (const ms of [50, 1_000, ...Array.from({ length: 49 }, () => 20)]) client.ws.send(tone(ms));
  await client.finish();
  expect(emulator.sessions[0]?.audio).toMatchObject({ messages: 51, receivedMs: 2_030 });
});

test("ForceEndpoint ends the turn where the audio is", async () => {
  await using emulator = await startEmulator();
  await using client = await RawClient.connect(emulator.url, rate);
  client.audio(tone(1_500));
  client.say({ type: "ForceEndpoint" });
  await client.until((message) => message.end_of_turn === true);
  client.audio(tone(1_500));
  await client.finish();
  expect(client.finals).toEqual(["one two", "three"]);
});

/** An engine that understands nothing and passes on what it hears. */
function listening(hear: (samples: Float32Array) => void): Engine {
  return {
    name: "listening",
    open(listener: EngineListener) {
      let count = 0;
      return {
        write(samples) {
          hear(samples);
          count += samples.length;
          listener.heard({ words: [], heardMs: count / 16 });
        },
        endpoint: async () => [],
        close() {},
      };
    },
  };
}
