import { expect, test } from "vitest";
import type { Fault } from "../src/faults/fault.ts";
import { startEmulator } from "../src/server.ts";
import { tone } from "./support/audio.ts";
import { RawClient } from "./support/raw-client.ts";

const rate = { sample_rate: 16_000, speech_model: "universal-streaming-english" };

test("chance falls alike for the same seed", async () => {
  const instants = async () => {
    await using emulator = await startEmulator({ faults: [{ when: { chance: 0.05, seed: 7 }, do: "drop" }] });
    for (let session = 0; session < 5; session++) {
      await using client = await RawClient.connect(emulator.url, rate);
      await client.until("Begin");
      client.audio(tone(20_000));
      await client.closed;
    }
    return emulator.sessions.map(({ messages }) => messages.filter(({ kind }) => kind === "audio").length);
  };
  const first = await instants();
  expect(await instants()).toEqual(first);
  expect(new Set(first).size).toBeGreaterThan(1);
});

test("with a probability a fault meets some sessions and requests, the same ones for the same seed", async () => {
  const met = async (seed: number) => {
    await using emulator = await startEmulator({
      faults: [
        { when: "connect", do: { refuse: 503 }, chance: 0.4, seed },
        { when: "token", do: { refuse: 500 }, chance: 0.4, seed },
      ],
    });
    const outcomes: unknown[] = [];
    for (let session = 0; session < 12; session++) {
      await using client = await RawClient.connect(emulator.url, rate);
      outcomes.push(client.ws.readyState === client.ws.OPEN);
      const url = `${emulator.url.replace("ws", "http")}/v3/token?expires_in_seconds=60`;
      outcomes.push((await fetch(url, { headers: { authorization: "k" } })).status);
    }
    return outcomes;
  };
  const first = await met(7);
  expect(await met(7)).toEqual(first);
  expect(await met(8)).not.toEqual(first);
  expect(new Set(first)).toEqual(new Set([true, false, 200, 500]));
});

test("what is not a fault is refused, by name and reason", async () => {
  const start = (faults: unknown) => startEmulator({ faults: faults as Fault[] });
  await expect(start([{ when: "open", do: { close: 1_006 } }])).rejects.toMatchObject({
    code: "invalid-options",
    message: expect.stringContaining("Close code 1006 means that there is no close frame"),
  });
  await expect(start([{ when: "begin", do: { refuse: 503 } }])).rejects.toThrow("Fault 0");
  await expect(start([{ when: "begin", do: "refuse-used-token" }])).rejects.toThrow("A token is checked at");
  await expect(start([{ when: "connect", do: "drop", chance: 2 }])).rejects.toThrow("chance");
  const itself: unknown[] = [];
  itself.push(itself);
  for (const send of [undefined, itself, 7n, () => {}])
    await expect(start([{ when: "begin", do: { send } }])).rejects.toThrow("This cannot be sent as JSON");
  const headers = (name: string, value: string) =>
    start([{ when: "token", do: { refuse: 429, headers: { [name]: value } } }]);
  await expect(headers("a b", "x")).rejects.toThrow("A header's name");
  await expect(headers("a", "x\r\ny: z")).rejects.toThrow("A header's value");
  await expect(start([{ when: { audioMs: -1 }, do: "drop" }])).rejects.toThrow("when.audioMs");
});
