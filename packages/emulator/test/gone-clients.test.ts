import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { expect, test } from "vitest";
import type { Engine } from "../src/engines/engine.ts";
import { type Emulator, startEmulator } from "../src/server.ts";
import { silence } from "./support/audio.ts";
import { upgradeRequest } from "./support/hostile.ts";
import { RawClient } from "./support/raw-client.ts";
import { still } from "./support/round-trip.ts";

/** 50 ms of audio as a client's frame, masked by zeros. */
const audioFrame = Buffer.concat([Buffer.of(0x82, 0xfe, 1_600 >> 8, 1_600 & 0xff, 0, 0, 0, 0), Buffer.alloc(1_600)]);

/** A client as bare TCP, whose session has begun. */
async function begun(emulator: Emulator): Promise<Socket> {
  const client = connect(emulator.port, "127.0.0.1");
  client.on("error", () => {});
  client.write(upgradeRequest("/v3/ws?sample_rate=16000"));
  await expect.poll(() => emulator.sessions[0]?.state).toBe("open");
  return client;
}

const leave = {
  "closes its socket": (client: Socket) => client.destroy(),
  "resets its connection": (client: Socket) => client.resetAndDestroy(),
};

test.each(Object.entries(leave))("the session of a client that %s while the server is stalled ends", async (_, go) => {
  for (const fault of ["stall", { delay: 10_000_000 }] as const) {
    await using emulator = await startEmulator({ faults: [{ when: "begin", do: fault }] });
    const client = await begun(emulator);
    await once(client, "data");
    client.write(Buffer.concat(Array.from({ length: 12_000 }, () => audioFrame)));
    // The server's end has taken what fits, and no longer looks at its socket.
    await still(emulator, () => client.writableLength);
    expect(client.writableLength).toBeGreaterThan(0);
    go(client);
    expect(await emulator.sessions[0]?.ended).toMatchObject({ code: 1_006 });
  }
});

test("a session whose engine never catches up ends when its client has gone", async () => {
  const engine: Engine = { name: "stuck", open: () => ({ write() {}, endpoint: async () => [], close() {} }) };
  await using emulator = await startEmulator({ engine });
  await using client = await RawClient.connect(emulator.url, { sample_rate: 16_000 });
  client.audio(silence(70_000), 32_000);
  await expect.poll(() => emulator.sessions[0]?.audio.receivedMs).toBeGreaterThan(60_000);
  client.ws.terminate();
  expect(await emulator.sessions[0]?.ended).toMatchObject({ code: 1_006 });
});

test("a stalled session of a client that is still there stays open", async () => {
  await using emulator = await startEmulator({ faults: [{ when: "begin", do: "stall" }] });
  await using client = await RawClient.connect(emulator.url, { sample_rate: 16_000 });
  for (let count = 0; count < 2; count++) await once(client.ws, "ping");
  expect(emulator.sessions[0]?.state).toBe("open");
});
