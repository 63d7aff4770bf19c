import { expect, test } from "vitest";
import { WebSocket } from "ws";
import { ManualClock } from "../src/clock.ts";
import { startEmulator } from "../src/server.ts";
import { tone } from "./support/audio.ts";
import { type Json, RawClient } from "./support/raw-client.ts";

const rate = { sample_rate: 16_000, speech_model: "universal-streaming-english" };

test("Begin without configuration, as older servers send it", async () => {
  await using emulator = await startEmulator({ beginConfiguration: false });
  await using client = await RawClient.connect(emulator.url, rate);
  expect(Object.keys(await client.until("Begin"))).toEqual(["type", "id", "expires_at"]);
});

test("Begin with a configuration that no client knows yet", async () => {
  await using emulator = await startEmulator({ beginConfiguration: { mode: "psychic", api_version: null, tier: 2 } });
  await using client = await RawClient.connect(emulator.url, { sample_rate: 16_000 });
  expect((await client.until("Begin")).configuration).toMatchObject({
    model: "universal-3-5-pro",
    mode: "psychic",
    api_version: null,
    tier: 2,
  });
});

test.each([
  ["universal-3-5-pro", "mode=min_latency", "min_latency"],
  ["universal-3-6", "", "balanced"],
  ["u3-rt-pro", "", "balanced"],
  ["universal-streaming-english", "", null],
  ["universal-streaming-multilingual", "", null],
  ["whisper-rt", "", null],
])("Begin.configuration of %s has exactly eight fields, and its mode", async (model, query, mode) => {
  await using emulator = await startEmulator();
  const asked = {
    sample_rate: 16_000,
    speech_model: model,
    unheard_of: 1,
    ...Object.fromEntries(new URLSearchParams(query)),
  };
  await using client = await RawClient.connect(emulator.url, asked);
  expect((await client.until("Begin")).configuration).toEqual({
    model,
    mode,
    api_version: "2025-05-12",
    speaker_labels: false,
    redact_pii: false,
    filter_profanity: false,
    domain: null,
    voice_focus: null,
  });
});

test.each(["u3-rt-agent", "universal-3-7-preview"])("%s gives Begin, and 3005 after 5 s", async (speech_model) => {
  const clock = new ManualClock();
  await using emulator = await startEmulator({ clock });
  await using client = await RawClient.connect(emulator.url, { sample_rate: 16_000, speech_model });
  await client.until("Begin");
  client.audio(tone(3_000));
  await expect.poll(() => emulator.sessions[0]?.audio.receivedMs).toBe(3_000);
  clock.advance(4_999);
  expect(emulator.sessions[0]?.state).toBe("open");
  clock.advance(1);
  expect((await client.closed).code).toBe(3_005);
  expect(client.messages.slice(1)).toEqual([
    { type: "Error", error_code: 3_005, error: "Session Cancelled: An error occurred" },
  ]);
});

test.each([
  ["{bad", "Invalid JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"],
  ["no JSON", "Invalid JSON: Expecting value: line 1 column 1 (char 0)"],
  ['{"type":"Bogus"}', "Invalid Message Type: Bogus"],
  [
    `{"type":"UpdateConfiguration","agent_context":"${"x".repeat(1_800)}"}`,
    "User Input Validation Error: Invalid " +
      "'agent_context': Value error, agent_context exceeds maximum length of 1750 characters (got 1800)",
  ],
  [
    `{"type":"UpdateConfiguration","prompt":"${"x".repeat(1_751)}"}`,
    "User Input Validation Error: Invalid " +
      "'prompt': Value error, prompt exceeds maximum length of 1750 characters (got 1751)",
  ],
])("in mid-session, %.50s ends the session with the service's text", async (text, error) => {
  await using emulator = await startEmulator();
  await using client = await RawClient.connect(emulator.url, { sample_rate: 16_000 });
  client.ws.send(text);
  expect(await client.until("Error")).toEqual({ type: "Error", error_code: 3_006, error });
  expect(await client.closed).toEqual({ code: 3_006, reason: "See Error message for details" });
});

test("the version that the client asks for is echoed", async () => {
  await using emulator = await startEmulator();
  const headers = { authorization: "key", "assemblyai-version": "2026-01-31" };
  await using client = await RawClient.connect(emulator.url, { sample_rate: 16_000 }, headers);
  expect((await client.until("Begin")).configuration).toEqual({
    model: "universal-3-5-pro",
    mode: "balanced",
    api_version: "2026-01-31",
    speaker_labels: false,
    redact_pii: false,
    filter_profanity: false,
    domain: null,
    voice_focus: null,
  });
});

test("no subprotocol is used, even if one is offered", async () => {
  await using emulator = await startEmulator();
  const socket = new WebSocket(`${emulator.url}/v3/ws?sample_rate=16000`, ["json"]);
  const error = await new Promise((resolve) => socket.on("error", resolve));
  expect(String(error)).toContain("Server sent no subprotocol");
});

test.each(["not json", "[]", "7", '{"type":"Flush"}', "{}"])("the message %s is refused with 3006", async (text) => {
  await using emulator = await startEmulator();
  await using client = await RawClient.connect(emulator.url, rate);
  client.ws.send(text);
  expect((await client.until("Error")).error_code).toBe(3_006);
  expect((await client.closed).code).toBe(3_006);
});

test("a message of more than 128 KB is closed with 1009", async () => {
  await using emulator = await startEmulator();
  await using client = await RawClient.connect(emulator.url, { sample_rate: 96_000 });
  await client.until("Begin");
  client.ws.send(new Uint8Array(128 * 1_024));
  client.ws.send(new Uint8Array(128 * 1_024 + 1));
  expect((await client.closed).code).toBe(1_009);
});

test("KeepAlive and UpdateConfiguration are never acknowledged", async () => {
  await using emulator = await startEmulator();
  await using client = await RawClient.connect(emulator.url, rate);
  for (let time = 0; time < 3; time++) {
    client.say({ type: "KeepAlive" });
    client.say({ type: "UpdateConfiguration", max_turn_silence: 900 + time, session_heartbeat: true });
  }
  await client.finish();
  expect(emulator.sessions[0]?.received).toHaveLength(7);
  expect(client.messages.map(({ type }) => type)).toEqual(["Begin", "Termination"]);
});

test("after an Error neither the open turn's final nor a Termination comes", async () => {
  await using emulator = await startEmulator();
  const audio = (ms: number) => (client: RawClient) => client.ws.send(tone(ms));
  const text = (message: string) => (client: RawClient) => client.ws.send(message);
  for (const fault of [text("no JSON"), text('{"type":"UpdateConfiguration","prompt":7}'), audio(1_200)]) {
    await using client = await RawClient.connect(emulator.url, rate);
    client.audio(tone(900));
    fault(client);
    client.say({ type: "Terminate" });
    await client.closed;
    expect(client.messages.map(({ type }) => type)).toEqual(["Begin", ...client.turns.map(() => "Turn"), "Error"]);
    expect(client.turns.length).toBeGreaterThan(0);
    expect(client.finals).toEqual([]);
  }
});

test("to close without Terminate loses the pending final", async () => {
  await using emulator = await startEmulator();
  await using client = await RawClient.connect(emulator.url, rate);
  client.audio(tone(900));
  await client.until("Turn");
  client.ws.close(1_000);
  await emulator.sessions[0]?.ended;
  const sent = emulator.sessions[0]?.sent as Json[];
  expect(sent.map(({ type }) => type)).toEqual(["Begin", ...client.turns.map(() => "Turn")]);
  expect(sent.some((message) => message.end_of_turn)).toBe(false);
});
