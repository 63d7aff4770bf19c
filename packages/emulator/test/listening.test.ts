import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { freePort } from "../../testing/src/free-port.ts";
import type { Engine } from "../src/engines/engine.ts";
import { startEmulator } from "../src/server.ts";
import { silence, tone } from "./support/audio.ts";
import { RawClient } from "./support/raw-client.ts";

const rate = { sample_rate: 16_000, speech_model: "universal-streaming-english" };
const fixture = (name: string) => readFileSync(new URL(`./fixtures/${name}`, import.meta.url));

/** An engine that keeps what it hears. */
function listening() {
  const heard: Float32Array[] = [];
  const engine: Engine = {
    name: "listening",
    open: (listener) => {
      let count = 0;
      return {
        write(samples) {
          heard.push(samples.slice());
          count += samples.length;
          listener.heard({ words: [], heardMs: count / 16 });
        },
        endpoint: async () => [],
        close() {},
      };
    },
  };
  return { engine, samples: () => heard.flatMap((chunk) => [...chunk]) };
}

const packets: string[] = JSON.parse(fixture("opus-packets.json").toString());

test.each([
  ["opus", packets.map((packet) => Buffer.from(packet, "base64"))],
  ["ogg_opus", pieces(fixture("tone.ogg"), 700)],
  ["aac", pieces(fixture("tone.aac"), 700)],
])("%s reaches the engine as a second of 440 Hz at 16 kHz", async (encoding, messages) => {
  const { engine, samples } = listening();
  await using emulator = await startEmulator({ engine });
  await using client = await RawClient.connect(emulator.url, { encoding });
  for (const message of messages) client.ws.send(message);
  await client.finish();
  const heard = samples();
  expect(Math.abs(heard.length - 16_000)).toBeLessThan(1_600);
  // Also what the decoder kept until the end: in Ogg a page, which may be seconds long.
  expect(emulator.sessions[0]?.audio.receivedMs).toBeCloseTo(heard.length / 16);
  const middle = heard.slice(4_000, 12_000);
  const crossings = middle.filter((sample, index) => index > 0 && sample >= 0 && (middle[index - 1] ?? 0) < 0).length;
  expect(crossings).toBeGreaterThanOrEqual(219);
  expect(crossings).toBeLessThanOrEqual(221);
});

test("bytes that are no audio of the declared kind end no other session", async () => {
  await using emulator = await startEmulator();
  await using other = await RawClient.connect(emulator.url, rate);
  for (const encoding of ["opus", "ogg_opus", "aac"]) {
    await using client = await RawClient.connect(emulator.url, { encoding });
    await client.until("Begin");
    for (let sent = 0; sent < 3; sent++)
      client.ws.send(Uint8Array.from({ length: 500 }, (_, i) => (i * 7 + sent) & 0xff));
    client.say({ type: "Terminate" });
    await client.closed;
  }
  other.audio(tone(1_000));
  await other.finish();
  expect(other.finals).toEqual(["one"]);
});

test("an MP4 file whose tables ask for four billion samples ends its session with 3006, and freezes nothing", async () => {
  await using emulator = await startEmulator();
  await using client = await RawClient.connect(emulator.url, { encoding: "aac" });
  const full = [0xff, 0xff, 0xff, 0xff];
  const table = box("stsz", [0, 0, 0, 0, 0, 0, 0, 0, ...full]);
  const file = [...box("ftyp", [...Buffer.from("M4A "), 0, 0, 0, 0]), ...box("moov", box("trak", table))];
  client.ws.send(Uint8Array.from(file));
  const error = await client.until("Error");
  expect(error).toMatchObject({ error_code: 3_006, error: expect.stringContaining("decoded as aac") });
  await using next = await RawClient.connect(emulator.url, rate);
  await next.until("Begin");
});

/** A box of an MP4 file. */
function box(type: string, content: readonly number[]): number[] {
  return [0, 0, 0, content.length + 8, ...Buffer.from(type), ...content];
}

test("TLS: a certificate made on the spot, for the loopback names", async () => {
  await using emulator = await startEmulator({ tls: true });
  expect(emulator.url).toMatch(/^wss:\/\/127\.0\.0\.1:\d+$/);
  const { WebSocket } = await import("ws");
  for (const url of [emulator.url, emulator.url.replace("127.0.0.1", "localhost")]) {
    const socket = new WebSocket(`${url}/v3/ws?sample_rate=16000`, {
      ca: emulator.certificate,
      headers: { authorization: "k" },
      family: 4,
    });
    const first = await new Promise((resolve, reject) => {
      socket.on("message", (data) => resolve(JSON.parse(String(data))));
      socket.on("error", reject);
    });
    expect(first).toMatchObject({ type: "Begin" });
    socket.terminate();
  }
  await using client = await RawClient.connect(emulator.url, rate);
  client.audio(tone(1_000));
  await client.finish();
  expect(client.finals).toEqual(["one"]);
});

test("TLS for other names: a client whose host is fixed trusts the certificate once its host is mapped to loopback", async () => {
  await using emulator = await startEmulator({ tls: { names: ["streaming.assemblyai.com"] } });
  const { WebSocket } = await import("ws");
  const open = (host: string) => {
    const socket = new WebSocket(`wss://${host}:${emulator.port}/v3/ws?sample_rate=16000`, {
      ca: emulator.certificate,
      headers: { authorization: "k" },
      lookup: (_name, _options, found) => found(null, [{ address: "127.0.0.1", family: 4 }]),
    });
    return new Promise<string>((resolve) => {
      socket.on("message", (data) => {
        resolve(String(data));
        socket.terminate();
      });
      socket.on("error", ({ message }) => resolve(message));
    });
  };
  expect(await open("streaming.assemblyai.com")).toContain('"type":"Begin"');
  expect(await open("streaming.example.com")).toContain("does not match certificate's altnames");
});

test("listens on both loopback addresses, on one port, and gives both back", async () => {
  const port = await freePort();
  const emulator = await startEmulator({ port });
  expect(emulator.port).toBe(port);
  for (const host of ["127.0.0.1", "[::1]", "localhost"]) {
    await using client = await RawClient.connect(`ws://${host}:${port}`, rate);
    await client.until("Begin");
  }
  await emulator.close();
  for (const host of ["127.0.0.1", "::1"]) {
    await using again = await startEmulator({ host, port });
    expect(again.port).toBe(port);
  }
});

test("a port that only IPv6 loopback lacks is a clear error, or passed over where any will do", async () => {
  await using taken = await startEmulator({ host: "::1", port: await freePort() });
  await expect(startEmulator({ port: taken.port })).rejects.toThrow(`Port ${taken.port} on ::1 is in use.`);
  await using freed = await startEmulator({ host: "127.0.0.1", port: taken.port });
  expect(freed.port).toBe(taken.port);
});

test("listens on IPv6 loopback if configured", async () => {
  await using emulator = await startEmulator({ host: "::1" });
  expect(emulator.url).toMatch(/^ws:\/\/\[::1\]:\d+$/);
  await using client = await RawClient.connect(emulator.url, rate);
  await client.until("Begin");
});

test("a port in use is a clear error", async () => {
  await using emulator = await startEmulator();
  await expect(startEmulator({ port: emulator.port })).rejects.toMatchObject({
    code: "port-in-use",
    message: expect.stringContaining(`Port ${emulator.port} on 127.0.0.1 is in use.`),
  });
  await expect(startEmulator({ host: "203.0.113.7" })).rejects.toMatchObject({ code: "cannot-listen" });
  await expect(startEmulator({ port: 70_000 })).rejects.toMatchObject({ code: "invalid-options" });
});

test("close ends every session, also twice, and can be waited for", async () => {
  const emulator = await startEmulator({ faults: [{ when: "begin", do: "half-open", session: 1 }] });
  const clients = [];
  for (let index = 0; index < 3; index++) clients.push(await RawClient.connect(emulator.url, rate));
  await Promise.all(clients.map((client) => client.until("Begin")));
  clients[0]?.audio(silence(500));
  await Promise.all([emulator.close(), emulator.close()]);
  expect((await Promise.all(clients.map((client) => client.closed))).map(({ code }) => code)).toEqual([
    1_006, 1_006, 1_006,
  ]);
  expect(emulator.sessions.map(({ state }) => state)).toEqual(["ended", "ended", "ended"]);
});

test("an engine that emulators share closes with the last of them", async () => {
  let closed = 0;
  const engine: Engine = { ...listening().engine, close: async () => void closed++ };
  const first = await startEmulator({ engine });
  await using second = await startEmulator({ engine });
  await expect(startEmulator({ engine, port: first.port })).rejects.toMatchObject({ code: "port-in-use" });
  await Promise.all([first.close(), first.close()]);
  expect(closed).toBe(0);
  await using client = await RawClient.connect(second.url, rate);
  client.audio(tone(1_000));
  await client.finish();
  await second.close();
  expect(closed).toBe(1);
});

test("close leaves no socket and no server behind", async () => {
  const sockets = () => process.getActiveResourcesInfo().filter((name) => /TCP|TLS/.test(name)).length;
  const before = sockets();
  const emulator = await startEmulator({ tls: true, faults: [{ when: "connect", do: "hang", session: 0 }] });
  const clients = [0, 1].map(() => new RawClient(emulator.url, rate));
  await expect.poll(() => emulator.sessions.length).toBe(2);
  expect(sockets()).toBeGreaterThan(before);
  await emulator.close();
  await Promise.all(clients.map((client) => client.closed));
  await expect.poll(sockets).toBe(before);
});

test.each<[string, Partial<Engine>]>([
  ["cannot open", { open: () => Promise.reject(new Error("no model")) }],
  [
    "fails in mid-session",
    { open: (listener) => ({ write: () => listener.failed(new Error("lost")), endpoint: async () => [], close() {} }) },
  ],
  [
    "throws",
    {
      open: () => ({
        write() {
          throw new Error("broken");
        },
        endpoint: async () => [],
        close() {},
      }),
    },
  ],
  ["cannot end a turn", { open: () => ({ write() {}, endpoint: () => Promise.reject(new Error("x")), close() {} }) }],
])("an engine that %s ends its session with 3005, and is reported", async (_name, part) => {
  const reported: unknown[] = [];
  const engine: Engine = { name: "broken", open: () => Promise.reject(new Error("unset")), ...part };
  await using emulator = await startEmulator({ engine, onEngineError: (error) => reported.push(error) });
  await using client = await RawClient.connect(emulator.url, rate);
  client.audio(tone(200));
  client.say({ type: "ForceEndpoint" });
  expect((await client.closed).code).toBe(3_005);
  expect(reported).toHaveLength(1);
});

test("an `onEngineError` that throws leaves its session to end as it would", async () => {
  const engine: Engine = { name: "broken", open: () => Promise.reject(new Error("no model")) };
  await using emulator = await startEmulator({
    engine,
    onEngineError() {
      throw new Error("the listener's own");
    },
  });
  await using client = await RawClient.connect(emulator.url, rate);
  expect((await client.closed).code).toBe(3_005);
});

function pieces(bytes: Uint8Array, size: number): Uint8Array[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  );
}
