import { connect, type Socket } from "node:net";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Emulator, startEmulator } from "../src/server.ts";
import { tone } from "./support/audio.ts";
import { pause, throwAt, unnoticed, upgradeRequest } from "./support/hostile.ts";
import { RawClient } from "./support/raw-client.ts";

const rate = { sample_rate: 16_000, speech_model: "universal-streaming-english" };
const session = "/v3/ws?sample_rate=16000";
const engineErrors: unknown[] = [];
let emulator: Emulator;

beforeAll(async () => {
  emulator = await startEmulator({ history: { sessions: 50 }, onEngineError: (error) => engineErrors.push(error) });
});

afterAll(async () => {
  await emulator.close();
  expect(engineErrors).toEqual([]);
});

const bytes = (maxLength: number) => fc.uint8Array({ maxLength });

test("random bytes in place of HTTP", () =>
  unnoticed(emulator, async () => {
    await fc.assert(
      fc.asyncProperty(bytes(300), async (junk) => void (await throwAt(emulator, [junk]))),
      { numRuns: 40 },
    );
    await throwAt(emulator, [Buffer.from("GET // HTTP/1.1\r\nHost: localhost\r\n\r\n")]);
    await throwAt(emulator, [
      Buffer.from("GET /v3/token?%ff%zz HTTP/1.1\r\nHost: localhost\r\nAuthorization: k\r\n\r\n"),
    ]);
    await throwAt(emulator, [
      Buffer.from("GET http://[ HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"),
    ]);
    await throwAt(emulator, [Buffer.from(`GET /${"x".repeat(100_000)} HTTP/1.1\r\n\r\n`)]);
  }));

test("random bytes in place of frames", () =>
  unnoticed(emulator, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(bytes(200), { maxLength: 4 }),
        async (junk) => void (await throwAt(emulator, [upgradeRequest(session), ...junk])),
      ),
      { numRuns: 40 },
    );
  }));

/**
 * How a session of these messages and a Terminate may end. What is no command, or has a wrong value, is 3006; audio longer
 * than a second, or shorter than 50 ms and not the last, is 3007; what a decoder cannot read may be 3006. All else is
 * 1000, and nothing is 3005: no client makes the engine fail.
 */
function allowedCodes(encoding: string, messages: readonly (string | Uint8Array)[]): readonly number[] {
  const bytesPerMs = { pcm_s16le: 32, pcm_mulaw: 16 }[encoding];
  const decodes = bytesPerMs === undefined;
  let read = 0;
  for (const message of messages) {
    if (typeof message === "string") {
      if (!isCommand(message)) return [3_006];
      continue;
    }
    read++;
    if (bytesPerMs === undefined) continue;
    // Too few come here for short ones to be too many.
    if (message.length / bytesPerMs > 1_000) return [3_007];
  }
  return decodes && read > 0 ? [1_000, 3_006] : [1_000];
}

function isCommand(text: string): boolean {
  try {
    const { type, prompt = null } = JSON.parse(text);
    if (type === "UpdateConfiguration")
      return prompt === null || (typeof prompt === "string" && prompt.length <= 1_750);
    return type === "ForceEndpoint" || type === "KeepAlive";
  } catch {
    return false;
  }
}

test("random messages, text and binary, in every encoding", () =>
  unnoticed(emulator, async () => {
    const command = fc
      .record({ type: fc.constantFrom("UpdateConfiguration", "ForceEndpoint", "KeepAlive"), prompt: fc.jsonValue() })
      .map((value) => JSON.stringify(value));
    const text = fc.oneof({ weight: 6, arbitrary: command }, fc.json(), fc.string());
    const audio = fc.oneof(
      { weight: 4, arbitrary: fc.uint8Array({ minLength: 1_600, maxLength: 4_000 }) },
      bytes(40_000),
    );
    const encoding = fc.constantFrom("pcm_s16le", "pcm_mulaw", "opus", "ogg_opus", "aac");
    const seen = new Set<number>();
    await fc.assert(
      fc.asyncProperty(encoding, fc.array(fc.oneof(text, audio), { maxLength: 5 }), async (name, messages) => {
        await using client = await RawClient.connect(emulator.url, { ...rate, encoding: name });
        for (const one of messages) client.ws.send(one);
        client.say({ type: "Terminate" });
        const { code } = await client.closed;
        expect(allowedCodes(name, messages)).toContain(code);
        seen.add(code);
      }),
      {
        numRuns: 120,
        // At least one of each outcome.
        examples: [
          ["pcm_s16le", []],
          ["pcm_s16le", ["no command"]],
          ["pcm_s16le", [new Uint8Array(40_000)]],
        ],
      },
    );
    expect(seen).toEqual(new Set([1_000, 3_006, 3_007]));
  }));

test("messages of every size are taken, refused by the rules, or closed with 1009", () =>
  unnoticed(emulator, async () => {
    for (const size of [0, 1, 1_599, 1_600, 32_000, 32_001, 131_072, 131_073, 1_000_000]) {
      await using client = await RawClient.connect(emulator.url, rate);
      client.ws.send(new Uint8Array(size));
      client.ws.send(new Uint8Array(size));
      client.say({ type: "Terminate" });
      const { code } = await client.closed;
      expect(code).toBe(size > 131_072 ? 1_009 : size > 32_000 ? 3_007 : 1_000);
    }
  }));

test("thousands of connections that never speak", () =>
  unnoticed(emulator, async () => {
    const sockets: Socket[] = [];
    for (let index = 0; index < 2_000; index++) {
      const socket = connect(emulator.port, "127.0.0.1");
      socket.on("error", () => {});
      if (index % 2 === 0) socket.write(upgradeRequest(session));
      sockets.push(socket);
      // The other session speaks on in between.
      if (index % 100 === 0) await pause(1);
    }
    const connecting = () => sockets.filter((socket) => socket.connecting).length;
    await expect.poll(connecting).toBe(0);
    for (const socket of sockets) socket.destroy();
  }));

test("a client that never reads, and speaks on", () =>
  unnoticed(emulator, async () => {
    await using deaf = await RawClient.connect(emulator.url, { ...rate, deaf: true });
    deaf.ws.pause();
    for (let second = 0; second < 300; second++) deaf.ws.send(tone(1_000));
    const session = emulator.sessions.find(({ handshake }) => handshake.query.has("deaf"));
    const heard = () => session?.audio.receivedMs;
    await expect.poll(heard).toBeGreaterThan(1_000);
  }));
