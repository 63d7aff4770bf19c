import { randomBytes } from "node:crypto";
import { connect, type Socket } from "node:net";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { tone } from "../test/audio.ts";
import { RawClient } from "../test/raw-client.ts";
import { type Emulator, startEmulator } from "./server.ts";

const rate = { sample_rate: 16_000 };
let emulator: Emulator;

beforeAll(async () => {
  emulator = await startEmulator({ history: { sessions: 50 } });
});

afterAll(() => emulator.close());

/** A session of one's own goes through from beginning to end. */
async function expectService(): Promise<void> {
  await using client = await RawClient.connect(emulator.url, rate);
  client.audio(tone(1_000));
  await client.finish();
  expect(client.finals).toEqual(["one"]);
}

/** Writes bytes to the port and waits for the server to have had enough, or for a moment. */
async function throwAt(...pieces: readonly Uint8Array[]): Promise<void> {
  const socket = connect(emulator.port, "127.0.0.1");
  const gone = new Promise<void>((resolve) => socket.on("close", () => resolve()));
  socket.on("error", () => {});
  socket.resume();
  for (const piece of pieces) socket.write(piece);
  await Promise.race([gone, new Promise((resolve) => setTimeout(resolve, 20))]);
  socket.destroy();
  await gone;
}

function upgradeRequest(query: string): Buffer {
  return Buffer.from(
    `GET /v3/ws?${query} HTTP/1.1\r\nHost: x\r\nAuthorization: key\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString("base64")}\r\n\r\n`,
  );
}

const bytes = (maxLength: number) => fc.uint8Array({ maxLength });

test("random bytes in place of HTTP", async () => {
  await fc.assert(
    fc.asyncProperty(bytes(300), (junk) => throwAt(junk)),
    { numRuns: 40 },
  );
  await throwAt(Buffer.from("GET // HTTP/1.1\r\nHost: x\r\n\r\n"));
  await throwAt(Buffer.from("GET /v3/token?%ff%zz HTTP/1.1\r\nHost: x\r\nAuthorization: k\r\n\r\n"));
  await throwAt(Buffer.from("GET http://[ HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"));
  await throwAt(Buffer.from(`GET /${"x".repeat(100_000)} HTTP/1.1\r\n\r\n`));
  await expectService();
});

test("random bytes in place of frames", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(bytes(200), { maxLength: 4 }), (junk) =>
      throwAt(upgradeRequest("sample_rate=16000"), ...junk),
    ),
    { numRuns: 40 },
  );
  await expectService();
});

test("random messages, text and binary, in every encoding", async () => {
  const text = fc.oneof(
    fc.json(),
    fc.string(),
    fc
      .record({ type: fc.constantFrom("UpdateConfiguration", "ForceEndpoint", "KeepAlive"), prompt: fc.anything() })
      .map((value) => JSON.stringify(value)),
  );
  const message = fc.oneof(text, bytes(4_000));
  const encoding = fc.constantFrom("pcm_s16le", "pcm_mulaw", "opus", "ogg_opus", "aac");
  await fc.assert(
    fc.asyncProperty(encoding, fc.array(message, { maxLength: 8 }), async (name, messages) => {
      await using client = await RawClient.connect(emulator.url, { ...rate, encoding: name });
      for (const one of messages) client.ws.send(one);
      client.say({ type: "Terminate" });
      const { code } = await client.closed;
      expect([1_000, 3_005, 3_006, 3_007]).toContain(code);
    }),
    { numRuns: 60 },
  );
  await expectService();
});

test("messages of every size are taken, refused by the rules, or closed with 1009", async () => {
  for (const size of [0, 1, 1_599, 1_600, 32_000, 32_001, 131_072, 131_073, 1_000_000]) {
    await using client = await RawClient.connect(emulator.url, rate);
    client.ws.send(new Uint8Array(size));
    client.ws.send(new Uint8Array(size));
    client.say({ type: "Terminate" });
    const { code } = await client.closed;
    expect(code).toBe(size > 131_072 ? 1_009 : size < 1_600 || size > 32_000 ? 3_007 : 1_000);
  }
  await expectService();
});

test("hundreds of connections that never speak", async () => {
  const sockets: Socket[] = [];
  for (let index = 0; index < 500; index++) {
    const socket = connect(emulator.port, "127.0.0.1");
    socket.on("error", () => {});
    if (index % 2 === 0) socket.write(upgradeRequest("sample_rate=16000"));
    sockets.push(socket);
  }
  await expectService();
  for (const socket of sockets) socket.destroy();
  await expectService();
});
