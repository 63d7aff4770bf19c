import { expect, test } from "vitest";
import { type Emulator, startEmulator } from "../src/server.ts";
import { tone } from "./support/audio.ts";
import { RawClient } from "./support/raw-client.ts";

const rate = { sample_rate: 16_000, speech_model: "universal-streaming-english" };
const json = { "content-type": "application/json" };

async function ask(
  emulator: Emulator,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = json,
) {
  const init = { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) };
  const response = await fetch(emulator.url.replace(/^ws/, "http") + path, init);
  const text: unknown = await response.json();
  return { status: response.status, body: text };
}

test("faults in the URL's path go with that connection alone", async () => {
  await using emulator = await startEmulator();
  const steered = `${emulator.url}/faults/audio=500:close=4031,begin:unknown-message`;
  await using client = await RawClient.connect(steered, rate);
  await using other = await RawClient.connect(emulator.url, rate);
  await client.until("FromTheFuture");
  client.audio(tone(1_000));
  other.audio(tone(1_000));
  expect((await client.closed).code).toBe(4_031);
  await other.finish();
  expect(other.finals).toEqual(["one"]);
});

test("a path whose faults are none is refused with the reason", async () => {
  await using emulator = await startEmulator();
  expect(await ask(emulator, "GET", "/faults/lunch:drop/v3/token")).toMatchObject({
    status: 400,
    body: { error: expect.stringContaining("lunch") },
  });
  expect((await new RawClient(`${emulator.url}/faults/drop`, rate).closed).code).toBe(1_006);
  expect(emulator.sessions).toEqual([]);
});

test("faults are added, listed and cleared over HTTP", async () => {
  await using emulator = await startEmulator();
  const faults = [{ when: "connect", do: { refuse: 503 }, times: 1 }];
  expect(await ask(emulator, "POST", "/emulator/faults", faults)).toEqual({ status: 200, body: faults });
  expect((await new RawClient(emulator.url, rate).closed).code).toBe(1_006);
  await ask(emulator, "POST", "/emulator/faults", [{ when: "open", do: "drop" }]);
  expect(await ask(emulator, "DELETE", "/emulator/faults")).toEqual({ status: 200, body: [] });
  await using client = await RawClient.connect(emulator.url, rate);
  await client.until("Begin");
  expect(await ask(emulator, "GET", "/emulator/sessions")).toMatchObject({
    status: 200,
    body: [
      { index: 0, state: "ended" },
      { index: 1, state: "open", audio: { receivedMs: 0 }, parameters: { sample_rate: 16_000 } },
    ],
  });
});

test("a session that is open misbehaves at once", async () => {
  await using emulator = await startEmulator();
  await using client = await RawClient.connect(emulator.url, rate);
  await client.until("Begin");
  expect(await ask(emulator, "POST", "/emulator/sessions/0/fault", { error: 3_005 })).toMatchObject({ status: 200 });
  expect((await client.closed).code).toBe(3_005);
  await emulator.sessions[0]?.ended;
  expect(await ask(emulator, "POST", "/emulator/sessions/0/fault", "drop")).toMatchObject({ status: 404 });
  expect(emulator.misbehave(7, "drop")).toBe(false);
});

test("what is no control is refused: no JSON, no fault, too long, another path, or switched off", async () => {
  await using emulator = await startEmulator();
  const status = async (...args: [string, string, unknown?, Record<string, string>?]) =>
    (await ask(emulator, ...args)).status;
  expect(await status("POST", "/emulator/faults", [], { "content-type": "text/plain" })).toBe(400);
  expect(await status("POST", "/emulator/faults", [{ when: "open" }])).toBe(400);
  expect(await status("POST", "/emulator/faults", "x".repeat(70_000))).toBe(400);
  expect(await status("POST", "/emulator/faults", "x".repeat(3_000_000))).toBe(400);
  expect(await status("PUT", "/emulator/sessions", "x".repeat(3_000_000))).toBe(404);
  const thousand = Array.from({ length: 1_000 }, () => ({ when: "open", do: "drop", session: 7 }));
  expect(await status("POST", "/emulator/faults", thousand)).toBe(200);
  expect(await status("POST", "/emulator/faults", thousand.slice(0, 1))).toBe(400);
  expect(emulator.faults).toHaveLength(1_000);
  expect(await status("GET", "/emulator/secrets")).toBe(404);
  await using closed = await startEmulator({ control: false });
  expect((await ask(closed, "GET", "/emulator/sessions")).status).toBe(404);
});
