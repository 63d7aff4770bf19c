import { expect, test } from "vitest";
import { ManualClock } from "../src/clock.ts";
import type { Engine } from "../src/engines/engine.ts";
import { startEmulator } from "../src/server.ts";
import { tone } from "./support/audio.ts";
import { type Json, RawClient } from "./support/raw-client.ts";

const rate = { sample_rate: 16_000, speech_model: "universal-streaming-english" };

test("an engine that cannot keep up is warned of", async () => {
  const clock = new ManualClock();
  const engine: Engine = { name: "slow", open: () => ({ write() {}, endpoint: async () => [], close() {} }) };
  await using emulator = await startEmulator({ engine, clock });
  await using client = await RawClient.connect(emulator.url, rate);
  client.audio(tone(7_000));
  await expect.poll(() => emulator.sessions[0]?.audio.receivedMs).toBe(7_000);
  clock.advance(20_000);
  client.say({ type: "Terminate" });
  await client.closed;
  expect(client.messages.filter(({ type }) => type === "Warning")).toEqual([
    { type: "Warning", warning_code: 2_001, warning: expect.stringContaining("7 s behind") },
  ]);
});

test("an engine that is slow is warned of once each time that it lags", async () => {
  const clock = new ManualClock();
  let hear: (heardMs: number) => void = () => {};
  const engine: Engine = {
    name: "slow",
    open(listener) {
      hear = (heardMs) => listener.heard({ words: [], heardMs });
      return { write() {}, endpoint: async () => [], close() {} };
    },
  };
  await using emulator = await startEmulator({ engine, clock });
  await using client = await RawClient.connect(emulator.url, rate);
  client.audio(tone(60_000), 32_000);
  await expect.poll(() => emulator.sessions[0]?.audio.receivedMs).toBe(60_000);
  const warnings = async () => {
    client.say({ type: "KeepAlive" });
    await expect.poll(() => emulator.sessions[0]?.received.length).toBe(++said);
    return ((emulator.sessions[0]?.sent ?? []) as Json[]).flatMap(({ warning }) =>
      warning === undefined ? [] : [warning],
    );
  };
  let said = 0;
  const steps: [heardMs: number, warned: number][] = [
    [0, 0],
    [4_000, 1],
    [9_000, 1],
    [19_000, 1],
    [19_000, 2],
    [20_000, 2],
  ];
  for (const [heardMs, warned] of steps) {
    hear(heardMs);
    clock.advance(5_000);
    expect(await warnings()).toHaveLength(warned);
  }
  expect(await warnings()).toEqual([expect.stringContaining("6 s behind"), expect.stringContaining("6 s behind")]);
});
