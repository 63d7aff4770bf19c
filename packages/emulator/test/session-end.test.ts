import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { AudioInput } from "../src/audio/audio-input.ts";
import type { Engine } from "../src/engines/engine.ts";
import { RawClient } from "./support/raw-client.ts";

const audioInputs = "../src/audio/open-audio-input.ts";
const closes = new Map<object, number>();
let startEmulator: typeof import("../src/server.ts").startEmulator;

// Counts how often each input is closed; the inputs are the real ones. The server's modules are loaded again for it, since
// files before this one have loaded them.
beforeAll(async () => {
  const { openAudioInput } = await import("../src/audio/open-audio-input.ts");
  vi.resetModules();
  vi.doMock(audioInputs, () => ({
    openAudioInput: async (...given: Parameters<typeof openAudioInput>): Promise<AudioInput> => {
      const input = await openAudioInput(...given);
      closes.set(input, 0);
      const close = () => {
        closes.set(input, (closes.get(input) ?? 0) + 1);
        input.close();
      };
      return { ...input, close };
    },
  }));
  ({ startEmulator } = await import("../src/server.ts"));
});
afterAll(() => {
  vi.doUnmock(audioInputs);
  vi.resetModules();
});

test("a client that leaves while the engine opens has its decoder freed once", async () => {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  let engineCloses = 0;
  const engine: Engine = {
    name: "slow",
    async open() {
      await opened;
      return { write() {}, endpoint: async () => [], close: () => void engineCloses++ };
    },
  };
  await using emulator = await startEmulator({ engine });
  await using client = await RawClient.connect(emulator.url, { encoding: "opus" });
  await expect.poll(() => closes.size).toBe(1);
  client.ws.terminate();
  await client.closed;
  await emulator.sessions[0]?.ended;
  open();
  await expect.poll(() => engineCloses).toBe(1);
  await new Promise((resolve) => setImmediate(resolve));
  expect([...closes.values()]).toEqual([1]);
});

test("an engine that throws when a session closes is reported, and the session's place is free again", async () => {
  const reported: unknown[] = [];
  const engine: Engine = {
    name: "clinging",
    open: () => ({
      write() {},
      endpoint: async () => [],
      close() {
        throw new Error("will not");
      },
    }),
  };
  const onEngineError = (error: unknown) => reported.push(error);
  await using emulator = await startEmulator({ engine, sessionLimit: { most: 1 }, onEngineError });
  for (let count = 1; count <= 2; count++) {
    await using client = await RawClient.connect(emulator.url, { sample_rate: 16_000 });
    await client.finish();
    expect(reported).toHaveLength(count);
  }
});
