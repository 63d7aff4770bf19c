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

/**
 * Attacks while somebody else's session runs: that one gets a word for each of its seconds as if nothing had happened, and
 * so does one that comes afterwards.
 */
async function unnoticed(attack: () => Promise<void>): Promise<void> {
  await using witness = await RawClient.connect(emulator.url, rate);
  let attacking = true;
  const speaking = (async () => {
    let spokenMs = 0;
    for (; attacking || spokenMs < 1_000; spokenMs += 100) {
      witness.ws.send(tone(100));
      await pause(5);
    }
    return spokenMs;
  })();
  await attack().finally(() => {
    attacking = false;
  });
  const seconds = Math.ceil((await speaking) / 1_000);
  await witness.finish();
  expect(witness.finals.join(" ").split(" ")).toHaveLength(seconds);
  await using late = await RawClient.connect(emulator.url, rate);
  late.audio(tone(1_000));
  await late.finish();
  expect(late.finals).toEqual(["one"]);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Writes bytes to the port and waits for the server to have had enough, or for a moment. */
async function throwAt(...pieces: readonly Uint8Array[]): Promise<void> {
  const socket = connect(emulator.port, "127.0.0.1");
  const gone = new Promise<void>((resolve) => socket.on("close", () => resolve()));
  socket.on("error", () => {});
  socket.resume();
  for (const piece of pieces) socket.write(piece);
  await Promise.race([gone, pause(20)]);
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

test("random bytes in place of HTTP", () =>
  unnoticed(async () => {
    await fc.assert(
      fc.asyncProperty(bytes(300), (junk) => throwAt(junk)),
      { numRuns: 40 },
    );
    await throwAt(Buffer.from("GET // HTTP/1.1\r\nHost: x\r\n\r\n"));
    await throwAt(Buffer.from("GET /v3/token?%ff%zz HTTP/1.1\r\nHost: x\r\nAuthorization: k\r\n\r\n"));
    await throwAt(Buffer.from("GET http://[ HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"));
    await throwAt(Buffer.from(`GET /${"x".repeat(100_000)} HTTP/1.1\r\n\r\n`));
  }));

test("random bytes in place of frames", () =>
  unnoticed(async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(bytes(200), { maxLength: 4 }), (junk) =>
        throwAt(upgradeRequest("sample_rate=16000"), ...junk),
      ),
      { numRuns: 40 },
    );
  }));

test("random messages, text and binary, in every encoding", () =>
  unnoticed(async () => {
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
  }));

test("messages of every size are taken, refused by the rules, or closed with 1009", () =>
  unnoticed(async () => {
    for (const size of [0, 1, 1_599, 1_600, 32_000, 32_001, 131_072, 131_073, 1_000_000]) {
      await using client = await RawClient.connect(emulator.url, rate);
      client.ws.send(new Uint8Array(size));
      client.ws.send(new Uint8Array(size));
      client.say({ type: "Terminate" });
      const { code } = await client.closed;
      expect(code).toBe(size > 131_072 ? 1_009 : size < 1_600 || size > 32_000 ? 3_007 : 1_000);
    }
  }));

test("thousands of connections that never speak", () =>
  unnoticed(async () => {
    const sockets: Socket[] = [];
    for (let index = 0; index < 2_000; index++) {
      const socket = connect(emulator.port, "127.0.0.1");
      socket.on("error", () => {});
      if (index % 2 === 0) socket.write(upgradeRequest("sample_rate=16000"));
      sockets.push(socket);
      if (index % 100 === 0) await pause(1);
    }
    const connecting = () => sockets.filter((socket) => socket.connecting).length;
    await expect.poll(connecting, { timeout: 20_000 }).toBe(0);
    for (const socket of sockets) socket.destroy();
  }));

test("a client that never reads, and speaks on", () =>
  unnoticed(async () => {
    await using deaf = await RawClient.connect(emulator.url, { ...rate, deaf: true });
    deaf.ws.pause();
    for (let second = 0; second < 300; second++) deaf.ws.send(tone(1_000));
    const session = emulator.sessions.find(({ handshake }) => handshake.query.has("deaf"));
    const heard = () => session?.audio.receivedMs;
    await expect.poll(heard, { timeout: 20_000 }).toBeGreaterThan(1_000);
  }));
