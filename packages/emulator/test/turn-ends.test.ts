import { expect, test } from "vitest";
import type { Engine } from "../src/engines/engine.ts";
import { scripted } from "../src/engines/scripted.ts";
import { startEmulator } from "../src/server.ts";
import { silence } from "./support/audio.ts";
import { RawClient } from "./support/raw-client.ts";
import { roundTrip } from "./support/round-trip.ts";
import { spoken } from "./support/spoken.ts";

const rate = { sample_rate: 16_000, speech_model: "universal-streaming-english" };

test("U3 ends after a full stop and 400 ms, else at the maximum silence", async () => {
  const silenceBeforeFinal = async (text: string) => {
    await using emulator = await startEmulator({ engine: scripted(spoken(text)) });
    await using client = await RawClient.connect(emulator.url, { ...rate, speech_model: "u3-rt-pro" });
    await client.until("Begin");
    for (let sentMs = 0; client.finals.length === 0 && sentMs < 5_000; sentMs += 50) {
      client.ws.send(silence(50));
      const { length } = emulator.sessions[0]?.messages ?? [];
      await expect.poll(() => emulator.sessions[0]?.messages.length).toBeGreaterThan(length ?? 0);
      await new Promise((resolve) => setImmediate(resolve));
    }
    return (emulator.sessions[0]?.audio.receivedMs ?? 0) - 700;
  };
  // Never after 250 ms, though the minimum is 100.
  expect(await silenceBeforeFinal("Hello there.")).toBe(400);
  expect(await silenceBeforeFinal("Hello there")).toBeGreaterThanOrEqual(1_000);
});

test("a word is in one turn only, wherever ForceEndpoint cuts", async () => {
  await using emulator = await startEmulator({ engine: scripted(spoken("a b c d e f g h i j")) });
  await using client = await RawClient.connect(emulator.url, rate);
  for (let sent = 0; sent < 4_500; sent += 150) {
    client.ws.send(silence(150));
    client.say({ type: "ForceEndpoint" });
  }
  await client.finish();
  expect(client.finals.join(" ")).toBe("a b c d e f g h i j");
});

test("turns end only while audio keeps coming", async () => {
  await using emulator = await startEmulator({ engine: scripted(spoken("Hello there")) });
  await using client = await RawClient.connect(emulator.url, rate);
  client.audio(silence(1_000));
  await client.until((message) => message.transcript === "hello there");
  await roundTrip(emulator);
  expect(client.finals).toEqual([]);
  await client.finish();
  expect(client.finals).toEqual(["hello there"]);
});

test("UpdateConfiguration changes where turns end, and is refused where it is wrong", async () => {
  await using emulator = await startEmulator({ engine: scripted(spoken("one two three")) });
  await using client = await RawClient.connect(emulator.url, rate);
  client.say({ type: "UpdateConfiguration", min_turn_silence: 50, end_of_turn_confidence_threshold: 0, unknown: 1 });
  client.audio(silence(2_000), 1_600);
  client.say({ type: "UpdateConfiguration", keyterms_prompt: [], turn_left_pad_ms: 7 });
  client.say({ type: "KeepAlive" });
  await client.until((message) => message.transcript === "three");
  expect(client.finals).toEqual(["one", "two", "three"]);
  expect(emulator.sessions[0]?.parameters).toMatchObject({ keyterms_prompt: [], turn_left_pad_ms: 7 });
  client.say({ type: "UpdateConfiguration", min_turn_silence: 10 });
  expect(await client.until("Error")).toEqual({
    type: "Error",
    error_code: 3_006,
    error: "User Input Validation Error: Invalid 'min_turn_silence': Input should be greater than or equal to 50",
  });
  expect((await client.closed).code).toBe(3_006);
});

test("forced endpoints wait for those that are under way", async () => {
  let asked = 0;
  let answer = () => {};
  const answered = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const engine: Engine = {
    name: "slow",
    open: () => ({
      write() {},
      async endpoint() {
        asked++;
        await answered;
        return [];
      },
      close() {},
    }),
  };
  await using emulator = await startEmulator({ engine });
  await using client = await RawClient.connect(emulator.url, rate);
  await client.until("Begin");
  for (let count = 0; count < 20; count++) client.say({ type: "ForceEndpoint" });
  client.ws.ping();
  await new Promise((resolve) => client.ws.once("pong", resolve));
  expect(asked).toBe(4);
  answer();
  await client.finish();
  expect(asked).toBe(21);
});
