import { expect, test } from "vitest";
import { WebSocket } from "ws";
import { ManualClock } from "../src/clock.ts";
import type { Engine } from "../src/engines/engine.ts";
import { scripted } from "../src/engines/scripted.ts";
import { startEmulator } from "../src/server.ts";
import { silence, tone } from "./support/audio.ts";
import { type Json, RawClient } from "./support/raw-client.ts";
import { roundTrip, still } from "./support/round-trip.ts";
import { spoken, transcribe } from "./support/spoken.ts";

const rate = { sample_rate: 16_000, speech_model: "universal-streaming-english" };

test("U3 ends after a full stop and 400 ms, else at the maximum silence", async () => {
  const silenceBeforeFinal = async (text: string) => {
    await using emulator = await startEmulator({ engine: scripted(spoken(text)) });
    await using client = await RawClient.connect(emulator.url, { ...rate, speech_model: "u3-rt-pro" });
    await client.until("Begin");
    for (let sentMs = 0; client.finals.length === 0 && sentMs < 5_000; sentMs += 50) {
      client.ws.send(silence(50));
      const { length } = emulator.sessions[0]?.messages ?? [];
      await expect.poll(() => emulator.sessions[0]?.messages.length).toBeGreaterThan(length ?? 0);
      await new Promise((resolve) => setImmediate(resolve));
    }
    return (emulator.sessions[0]?.audio.receivedMs ?? 0) - 700;
  };
  // Never after 250 ms, though the minimum is 100.
  expect(await silenceBeforeFinal("Hello there.")).toBe(400);
  expect(await silenceBeforeFinal("Hello there")).toBeGreaterThanOrEqual(1_000);
});

test("a word is in one turn only, wherever ForceEndpoint cuts", async () => {
  await using emulator = await startEmulator({ engine: scripted(spoken("a b c d e f g h i j")) });
  await using client = await RawClient.connect(emulator.url, rate);
  for (let sent = 0; sent < 4_500; sent += 150) {
    client.ws.send(silence(150));
    client.say({ type: "ForceEndpoint" });
  }
  await client.finish();
  expect(client.finals.join(" ")).toBe("a b c d e f g h i j");
});

test("Silence reports each second without speech, on U3 and where asked for", async () => {
  const client = await transcribe(spoken("Hi."), { speech_model: "u3-rt-pro", acknowledge_silence: true });
  const reports = client.messages.filter(({ type }) => type === "Silence");
  expect(reports.map(({ start_ms, end_ms }) => [start_ms, end_ms])).toEqual([
    [300, 1_300],
    [1_300, 2_300],
  ]);
  for (const query of [{ speech_model: "u3-rt-pro" }, { acknowledge_silence: true }]) {
    const { messages } = await transcribe(spoken("Hi."), query);
    expect(messages.some(({ type }) => type === "Silence")).toBe(false);
  }
});

test("Heartbeat comes every 5 s of the clock, once asked for", async () => {
  const clock = new ManualClock(1_790_000_000_000);
  await using emulator = await startEmulator({ clock });
  await using client = await RawClient.connect(emulator.url, rate);
  expect((await client.until("Begin")).expires_at).toBe(1_790_000_000 + 10_800);
  clock.advance(12_000);
  client.say({ type: "UpdateConfiguration", session_heartbeat: true });
  client.audio(tone(2_000));
  await expect.poll(() => emulator.sessions[0]?.audio.receivedMs).toBe(2_000);
  clock.advance(3_000);
  expect(await client.until("Heartbeat")).toEqual({
    type: "Heartbeat",
    total_audio_received_ms: 2_000,
    total_duration_ms: 15_000,
    realtime_factor: 0.1333,
    max_speech_probability: 0.999999,
  });
});

test("Heartbeat: faster than real time is above 1, and a probability needs audio to judge", async () => {
  const clock = new ManualClock();
  await using emulator = await startEmulator({ clock });
  await using client = await RawClient.connect(emulator.url, { ...rate, session_heartbeat: true });
  await client.until("Begin");
  client.audio(tone(8_000));
  await expect.poll(() => emulator.sessions[0]?.audio.receivedMs).toBe(8_000);
  clock.advance(5_000);
  clock.advance(5_000);
  await client.until((message) => message.total_duration_ms === 10_000);
  const [first, second] = client.messages.filter(({ type }) => type === "Heartbeat");
  expect(first).toMatchObject({ realtime_factor: 1.6, max_speech_probability: 0.999999 });
  expect(second).not.toHaveProperty("max_speech_probability");
});

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

test("turns end only while audio keeps coming", async () => {
  await using emulator = await startEmulator({ engine: scripted(spoken("Hello there")) });
  await using client = await RawClient.connect(emulator.url, rate);
  client.audio(silence(1_000));
  await client.until((message) => message.transcript === "hello there");
  await roundTrip(emulator);
  expect(client.finals).toEqual([]);
  await client.finish();
  expect(client.finals).toEqual(["hello there"]);
});

test("an engine that cannot keep up is warned of", async () => {
  const clock = new ManualClock();
  const engine: Engine = { name: "slow", open: () => ({ write() {}, endpoint: async () => [], close() {} }) };
  await using emulator = await startEmulator({ engine, clock });
  await using client = await RawClient.connect(emulator.url, rate);
  client.audio(tone(7_000));
  await expect.poll(() => emulator.sessions[0]?.audio.receivedMs).toBe(7_000);
  clock.advance(20_000);
  client.say({ type: "Terminate" });
  await client.closed;
  expect(client.messages.filter(({ type }) => type === "Warning")).toEqual([
    { type: "Warning", warning_code: 2_001, warning: expect.stringContaining("7 s behind") },
  ]);
});

test("an engine that is slow is warned of once each time that it lags", async () => {
  const clock = new ManualClock();
  let hear: (heardMs: number) => void = () => {};
  const engine: Engine = {
    name: "slow",
    open(listener) {
      hear = (heardMs) => listener.heard({ words: [], heardMs });
      return { write() {}, endpoint: async () => [], close() {} };
    },
  };
  await using emulator = await startEmulator({ engine, clock });
  await using client = await RawClient.connect(emulator.url, rate);
  client.audio(tone(60_000), 32_000);
  await expect.poll(() => emulator.sessions[0]?.audio.receivedMs).toBe(60_000);
  const warnings = async () => {
    client.say({ type: "KeepAlive" });
    await expect.poll(() => emulator.sessions[0]?.received.length).toBe(++said);
    return ((emulator.sessions[0]?.sent ?? []) as Json[]).flatMap(({ warning }) =>
      warning === undefined ? [] : [warning],
    );
  };
  let said = 0;
  const steps: [heardMs: number, warned: number][] = [
    [0, 0],
    [4_000, 1],
    [9_000, 1],
    [19_000, 1],
    [19_000, 2],
    [20_000, 2],
  ];
  for (const [heardMs, warned] of steps) {
    hear(heardMs);
    clock.advance(5_000);
    expect(await warnings()).toHaveLength(warned);
  }
  expect(await warnings()).toEqual([expect.stringContaining("6 s behind"), expect.stringContaining("6 s behind")]);
});

test("UpdateConfiguration changes where turns end, and is refused where it is wrong", async () => {
  await using emulator = await startEmulator({ engine: scripted(spoken("one two three")) });
  await using client = await RawClient.connect(emulator.url, rate);
  client.say({ type: "UpdateConfiguration", min_turn_silence: 50, end_of_turn_confidence_threshold: 0, unknown: 1 });
  client.audio(silence(2_000), 1_600);
  client.say({ type: "UpdateConfiguration", keyterms_prompt: [], turn_left_pad_ms: 7 });
  client.say({ type: "KeepAlive" });
  await client.until((message) => message.transcript === "three");
  expect(client.finals).toEqual(["one", "two", "three"]);
  expect(emulator.sessions[0]?.parameters).toMatchObject({ keyterms_prompt: [], turn_left_pad_ms: 7 });
  client.say({ type: "UpdateConfiguration", min_turn_silence: 10 });
  expect(await client.until("Error")).toEqual({
    type: "Error",
    error_code: 3_006,
    error: "User Input Validation Error: Invalid 'min_turn_silence': Input should be greater than or equal to 50",
  });
  expect((await client.closed).code).toBe(3_006);
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

test("inactivity ends the session; any message puts it off", async () => {
  const clock = new ManualClock();
  await using emulator = await startEmulator({ clock });
  await using client = await RawClient.connect(emulator.url, { ...rate, inactivity_timeout: 5 });
  await client.until("Begin");
  clock.advance(4_000);
  client.say({ type: "KeepAlive" });
  await expect.poll(() => emulator.sessions[0]?.received.length).toBe(1);
  clock.advance(4_999);
  expect(emulator.sessions[0]?.state).toBe("open");
  clock.advance(1);
  expect(await client.until("Error")).toMatchObject({
    error_code: 3_006,
    error: "Session terminated due to inactivity: No messages received for 5 seconds",
  });
});

test("inactivity does not count while the server does not read", async () => {
  const clock = new ManualClock();
  await using emulator = await startEmulator({ clock, faults: [{ when: "begin", do: { delay: 6_000 } }] });
  await using client = await RawClient.connect(emulator.url, { ...rate, inactivity_timeout: 5 });
  await client.until("Begin");
  const [session = expect.fail()] = emulator.sessions;
  client.say({ type: "KeepAlive" });
  clock.advance(6_000);
  await expect.poll(() => session.received.length).toBe(1);
  expect(session.state).toBe("open");
  clock.advance(4_999);
  client.ws.ping();
  await new Promise((resolve) => client.ws.once("pong", resolve));
  expect(client.messages.some(({ type }) => type === "Error")).toBe(false);
  clock.advance(1);
  expect(await client.until("Error")).toMatchObject({ error_code: 3_006 });
});

test("a session lasts as long as its token allows, and ends in either form", async () => {
  for (const expiry of ["termination", "error"] as const) {
    const clock = new ManualClock(1_790_000_000_000);
    await using emulator = await startEmulator({ clock, expiry });
    const token = await mint(emulator.url, { expires_in_seconds: 60, max_session_duration_seconds: 600 });
    await using client = await RawClient.connect(emulator.url, { ...rate, token }, {});
    expect((await client.until("Begin")).expires_at).toBe(1_790_000_600);
    client.audio(tone(1_000));
    await expect.poll(() => emulator.sessions[0]?.audio.receivedMs).toBe(1_000);
    clock.advance(600_000);
    const { code } = await client.closed;
    if (expiry === "termination") {
      expect(code).toBe(1_000);
      expect(client.finals).toEqual(["one"]);
      expect(client.messages.at(-1)).toMatchObject({ type: "Termination", session_duration_seconds: 600 });
    } else {
      expect(code).toBe(3_008);
      expect(client.messages.at(-1)?.error).toBe("Session Expired: Maximum session duration exceeded");
    }
  }
});

test("too many sessions are refused, by either code, until one ends", async () => {
  for (const code of [1_008, 3_009] as const) {
    await using emulator = await startEmulator({ sessionLimit: { most: 1, code } });
    await using first = await RawClient.connect(emulator.url, rate);
    await first.until("Begin");
    await using second = await RawClient.connect(emulator.url, rate);
    expect((await second.closed).code).toBe(code);
    await first.finish();
    await using third = await RawClient.connect(emulator.url, rate);
    await third.until("Begin");
  }
});

test("pacing: free by default, refused or throttled when asked", async () => {
  const clock = new ManualClock();
  await using refusing = await startEmulator({ clock, pacing: "refuse" });
  await using hasty = await RawClient.connect(refusing.url, rate);
  await hasty.until("Begin");
  hasty.audio(tone(11_000));
  expect(await hasty.until("Error")).toMatchObject({
    error_code: 3_007,
    error: "Audio Transmission Rate Exceeded: Received 10.1 sec. audio in 0.0 sec",
  });
  await using throttling = await startEmulator({ clock, pacing: "throttle" });
  await using patient = await RawClient.connect(throttling.url, rate);
  await patient.until("Begin");
  patient.audio(tone(10_000), 32_000);
  const taken = () => throttling.sessions[0]?.audio.receivedMs;
  for (const [advance, audio] of [
    [0, 1_000],
    [800, 2_000],
    [800, 3_000],
  ] as const) {
    clock.advance(advance);
    await expect.poll(taken).toBe(audio);
  }
  patient.audio(tone(300_000), 32_000);
  expect(await patient.until("Error")).toMatchObject({ error_code: 3_007 });
});

test("a throttled session buffers so much, of text too, and then stops reading until audio is due", async () => {
  const clock = new ManualClock();
  await using emulator = await startEmulator({ clock, pacing: "throttle" });
  await using client = await RawClient.connect(emulator.url, rate);
  await client.until("Begin");
  let pongs = 0;
  client.ws.on("pong", () => pongs++);
  client.audio(tone(2_000), 32_000);
  for (let count = 0; count < 20_000; count++) client.say({ type: "KeepAlive" });
  client.ws.ping();
  await still(emulator, () => emulator.sessions[0]?.received.length);
  expect(pongs).toBe(0);
  clock.advance(800);
  await expect.poll(() => pongs).toBe(1);
  await client.finish();
  expect(emulator.sessions[0]?.received.length).toBe(20_001);
});

test("forced endpoints wait for those that are under way", async () => {
  let asked = 0;
  let answer = () => {};
  const answered = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const engine: Engine = {
    name: "slow",
    open: () => ({
      write() {},
      async endpoint() {
        asked++;
        await answered;
        return [];
      },
      close() {},
    }),
  };
  await using emulator = await startEmulator({ engine });
  await using client = await RawClient.connect(emulator.url, rate);
  await client.until("Begin");
  for (let count = 0; count < 20; count++) client.say({ type: "ForceEndpoint" });
  client.ws.ping();
  await new Promise((resolve) => client.ws.once("pong", resolve));
  expect(asked).toBe(4);
  answer();
  await client.finish();
  expect(asked).toBe(21);
});

test("a client that never reads stops being read from, and loses nothing when it reads again", async () => {
  const text = "long".repeat(500);
  const many = Array.from({ length: 500 }, (_, index) => {
    const start = Math.floor(index / 10) * 4_000 + (index % 10) * 100;
    return { text, start, end: start + 90 };
  });
  await using emulator = await startEmulator({ engine: scripted(many) });
  await using client = await RawClient.connect(emulator.url, rate);
  await client.until("Begin");
  client.ws.pause();
  client.audio(silence(201_000), 32_000);
  const received = () => emulator.sessions[0]?.audio.receivedMs;
  await still(emulator, received);
  expect(received()).toBeLessThan(201_000);
  client.ws.resume();
  await client.finish();
  expect(received()).toBe(201_000);
  expect(client.finals).toHaveLength(50);
});

async function mint(url: string, query: Record<string, number>): Promise<string> {
  const target = new URL("/v3/token", url.replace(/^ws/, "http"));
  for (const [name, value] of Object.entries(query)) target.searchParams.set(name, String(value));
  const response = await fetch(target, { headers: { authorization: "test-key" } });
  const body: unknown = await response.json();
  return String((body as Json).token);
}
