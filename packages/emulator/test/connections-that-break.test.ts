import { randomBytes } from "node:crypto";
import { connect } from "node:net";
import { expect, test } from "vitest";
import type { Fault } from "../src/faults/fault.ts";
import { type Emulator, startEmulator } from "../src/server.ts";
import { tone } from "./support/audio.ts";
import { meet, rate } from "./support/meet.ts";
import { RawClient } from "./support/raw-client.ts";

/** A TCP connection on which a session was asked for, and what came back. */
function rawSession(emulator: Emulator) {
  const socket = connect(emulator.port, "127.0.0.1");
  const received: Buffer[] = [];
  socket.on("data", (data) => received.push(data));
  const key = randomBytes(16).toString("base64");
  socket.write(
    `GET /v3/ws?sample_rate=16000 HTTP/1.1\r\nHost: localhost\r\nAuthorization: key\r\nConnection: Upgrade\r\n` +
      `Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n\r\n`,
  );
  return { socket, received: () => Buffer.concat(received) };
}

test("hangs before 101: the connection stays open and nothing comes", async () => {
  await using emulator = await startEmulator({ faults: [{ when: "connect", do: "hang" }] });
  const { socket, received } = rawSession(emulator);
  await expect.poll(() => emulator.sessions.length).toBe(1);
  expect(received()).toHaveLength(0);
  expect(socket.readyState).toBe("open");
  socket.end();
  expect(await emulator.sessions[0]?.ended).toEqual({ code: 0, reason: "" });
});

test.each(["drop", "reset"] as const)("%s before 101", (action) =>
  meet([{ when: "connect", do: action }], async (client, emulator) => {
    expect((await client.closed).code).toBe(1_006);
    expect((await emulator.sessions[0]?.ended)?.code).toBe(0);
  }),
);

test.each<[string, Fault["do"] & ("drop" | "reset" | { close: number }), number]>([
  ["drop", "drop", 1_006],
  ["reset", "reset", 1_006],
  ["close 1011", { close: 1_011, reason: "internal" }, 1_011],
  ["close 1000", { close: 1_000 }, 1_000],
  ["close 4031", { close: 4_031 }, 4_031],
])("%s at an audio position, in the session it is for", async (_name, action, code) => {
  await using emulator = await startEmulator({
    faults: [{ when: { audioMs: 1_200 }, do: action, session: 1 }],
    record: true,
  });
  await using spared = await RawClient.connect(emulator.url, rate);
  spared.audio(tone(2_000));
  await spared.finish();
  await using client = await RawClient.connect(emulator.url, rate);
  client.audio(tone(3_000));
  expect((await client.closed).code).toBe(code);
  expect(emulator.sessions.map(({ audio }) => audio.receivedMs)).toEqual([2_000, 1_200]);
});

test.each([0, 999, 1_004, 1_015, 2_999, 5_000, 65_535])("close %i, which nobody should send, is sent", async (code) => {
  await using emulator = await startEmulator({ faults: [{ when: "open", do: { close: code, reason: "odd" } }] });
  const { socket, received } = rawSession(emulator);
  const frame = Buffer.from([0x88, 5, code >> 8, code & 0xff, ...Buffer.from("odd")]);
  await expect.poll(() => received().subarray(-frame.length)).toEqual(frame);
  await using client = await RawClient.connect(emulator.url, rate);
  expect((await client.closed).code).toBe(1_006);
  await emulator.sessions[1]?.ended;
  socket.destroy();
});

test("close 1005 is a close frame without a code", () =>
  meet([{ when: "begin", do: { close: 1_005 } }], async (client) => {
    expect(await client.closed).toEqual({ code: 1_005, reason: "" });
  }));

test("resets the TCP connection below TLS, before 101 and after", async () => {
  await using emulator = await startEmulator({ tls: true, faults: [{ when: "connect", do: "reset", session: 0 }] });
  const refused = new RawClient(emulator.url, rate);
  const errors: unknown[] = [];
  refused.ws.on("error", (error) => errors.push(error));
  expect((await refused.closed).code).toBe(1_006);
  await using client = new RawClient(emulator.url, rate);
  // From the upgrade on the client keeps its socket's errors to itself.
  client.ws.on("upgrade", ({ socket }) => socket.on("error", (error) => errors.push(error)));
  await client.until("Begin");
  emulator.misbehave(1, "reset");
  expect((await client.closed).code).toBe(1_006);
  expect(errors).toMatchObject([{ code: "ECONNRESET" }, { code: "ECONNRESET" }]);
  await using other = await RawClient.connect(emulator.url, rate);
  await other.until("Begin");
});
