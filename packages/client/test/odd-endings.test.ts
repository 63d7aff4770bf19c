import { startEmulator } from "@voxpipe/testing/exact-emulator";
import { expect, test } from "vitest";
import { type ConnectOptions, connect, StreamingClient, type StreamingEvent } from "voxpipe";
import { WebSocketServer } from "ws";
import { turn, until } from "./settles.ts";

/** A promise that hangs fails the test, by name of its line. Generous: only one that hangs takes so long. */
function inTime<T>(promise: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout>;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("This promise hangs")), 60_000);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

const silence = (ms: number) => new Uint8Array(ms * 32);

function start(url: string, options: Partial<ConnectOptions> = {}) {
  return connect({ apiHost: url, apiKey: "example", sampleRate: 16_000, connectionRetryDelay: 1, ...options });
}

test("a write that comes after the writer's close is refused, and the session still ends", async () => {
  await using emulator = await startEmulator({ faults: [{ when: "open", do: { delay: 100 } }] });
  const session = start(emulator.url);
  const writer = session.audio.getWriter();
  writer.write(silence(200)).catch(() => {});
  const closing = writer.close();
  const late = Promise.resolve().then(() => writer.write(silence(100)));
  await expect(inTime(late)).rejects.toThrow();
  await inTime(closing);
  expect((await inTime(session.closed)).audioDurationSeconds).toBeLessThanOrEqual(1);
});

test.each([
  ["under way", 20_000],
  ["still queued", 100],
])("memory that is transferred while its write is %s is refused in words, and hangs nothing", async (_, firstMs) => {
  await using emulator = await startEmulator();
  const session = start(emulator.url, { pace: { rate: 1, burst: 100 } });
  await session.opened;
  const writer = session.audio.getWriter();
  const first = silence(firstMs);
  const second = silence(200);
  const writes = Promise.allSettled([writer.write(first), writer.write(second), writer.close()]);
  structuredClone(second.buffer, { transfer: [second.buffer] });
  if (firstMs > 1000) structuredClone(first.buffer, { transfer: [first.buffer] });
  const results = await inTime(writes);
  expect(results.some(({ status }) => status === "rejected")).toBe(true);
  await expect(inTime(session.closed)).rejects.toMatchObject({ code: "invalid-audio" });
});

test("breaking out of the events stops sending", async () => {
  await using emulator = await startEmulator();
  const session = start(emulator.url, { pace: { rate: 1, burst: 200 } });
  const writer = session.audio.getWriter();
  const writing = writer.write(silence(60_000)).catch((error: unknown) => error);
  for await (const event of session.events) if (event.type === "Begin") break;
  await inTime(session.closed);
  expect(await inTime(writing)).toMatchObject({ code: "session-ended" });
  expect(emulator.sessions[0]?.audio.receivedMs).toBeLessThan(10_000);
});

/** A server with a fixed script, which ignores the client. */
async function puppet(messages: readonly object[], code = 1000) {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  server.on("connection", (socket) => {
    for (const message of messages) socket.send(JSON.stringify(message));
    socket.close(code);
  });
  await new Promise((resolve) => server.once("listening", resolve));
  const address = server.address();
  return {
    url: `ws://127.0.0.1:${typeof address === "object" ? address?.port : ""}`,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

const begin = { type: "Begin", id: "one", expires_at: 4_000_000_000 };
const termination = { type: "Termination", audio_duration_seconds: 3, session_duration_seconds: 4 };

test("without reconnection, an unrequested Termination is an event, and no error", async () => {
  await using server = await puppet([begin, termination]);
  const session = start(server.url, { reconnect: false });
  const events: StreamingEvent[] = [];
  for await (const event of session.events) events.push(event);
  expect(events.map(({ type }) => type)).toEqual(["Begin", "Termination"]);
  expect(await session.closed).toMatchObject({ audioDurationSeconds: 3, sessionDurationSeconds: 4 });
});

test("StreamingClient also emits it, and no error", async () => {
  await using server = await puppet([begin, termination]);
  const heard: string[] = [];
  const client = new StreamingClient({ apiHost: server.url, apiKey: "example" });
  client.on("Termination", () => heard.push("Termination")).on("Error", () => heard.push("Error"));
  await client.connect({ sampleRate: 16_000 });
  await client.disconnect({ terminate: true });
  expect(heard).toEqual(["Termination"]);
});

test("disconnect in work that a handler merely started waits for the handlers", async () => {
  await using emulator = await startEmulator();
  const client = new StreamingClient({ apiHost: emulator.url, apiKey: "example" });
  const heard: string[] = [];
  const work = new Promise<void>((resolve) => {
    client.on("Begin", () => {
      setImmediate(async () => {
        await client.disconnect({ terminate: true });
        heard.push("disconnected");
        resolve();
      });
    });
  });
  client.on("Termination", async () => {
    // Longer than all else that ends the session takes.
    await until("the socket to be gone", () => emulator.sessions[0]?.state === "ended");
    await turn();
    heard.push("Termination");
  });
  await client.connect({ sampleRate: 16_000 });
  await inTime(work);
  expect(heard).toEqual(["Termination", "disconnected"]);
});

test("connections that break after every empty final are not retried forever", async () => {
  await using emulator = await startEmulator({ faults: [{ when: "final", do: "drop" }] });
  const session = start(emulator.url, {
    speechModel: "universal-streaming-multilingual",
    connectionRetryDelay: 1,
    reconnect: { maxAttempts: 3 },
  });
  const writer = session.audio.getWriter();
  void writer.write(silence(200));
  await expect(inTime(session.close())).rejects.toMatchObject({ code: "connection-lost" });
  expect(emulator.sessions).toHaveLength(4);
});

test("where the service closes with 1000 instead of a Termination, nothing goes missing", async () => {
  await using emulator = await startEmulator({ faults: [{ when: "terminate", do: { close: 1000 }, session: 0 }] });
  const session = start(emulator.url, { connectionRetryDelay: 1 });
  const writer = session.audio.getWriter();
  void writer.write(silence(200));
  await inTime(session.close());
  expect(emulator.sessions).toHaveLength(2);
  expect(emulator.sessions[1]?.audio.receivedMs).toBe(200);
});

test("where it does so every time, the session fails after the second, since its last turn may be missing", async () => {
  await using emulator = await startEmulator({ faults: [{ when: "terminate", do: { close: 1000 } }] });
  const session = start(emulator.url, { connectionRetryDelay: 1 });
  const writer = session.audio.getWriter();
  void writer.write(silence(200));
  await expect(inTime(session.close())).rejects.toMatchObject({
    code: "connection-lost",
    message: expect.stringContaining("its last turn may be missing"),
  });
  expect(emulator.sessions).toHaveLength(2);
});

test("stream() lets go of a source that never yields again when the session ends", async () => {
  await using emulator = await startEmulator({ faults: [{ when: { audioMs: 100 }, do: { close: 1000 } }] });
  const client = new StreamingClient({ apiHost: emulator.url, apiKey: "example" });
  await client.connect({ sampleRate: 16_000 });
  let released = false;
  async function* source() {
    try {
      yield silence(200);
      await until("the session to be gone", () => emulator.sessions[0]?.state === "ended");
      yield silence(200);
      await new Promise(() => {});
    } finally {
      released = true;
    }
  }
  await expect(inTime(client.stream(source()))).rejects.toMatchObject({ code: "session-ended" });
  expect(released).toBe(false); // It waits for ever, and is not waited for.
});

test("disposing of a session that fails, without awaiting it, is no unhandled rejection", async () => {
  const unhandled: unknown[] = [];
  const listener = (reason: unknown) => unhandled.push(reason);
  process.on("unhandledRejection", listener);
  const session = start("ws://127.0.0.1:9", { maxConnectionRetries: 0 });
  session.audio
    .getWriter()
    .write(silence(100))
    .catch(() => {});
  void session[Symbol.asyncDispose]();
  await session.closed.catch(() => {});
  await turn();
  process.off("unhandledRejection", listener);
  expect(unhandled).toEqual([]);
});
