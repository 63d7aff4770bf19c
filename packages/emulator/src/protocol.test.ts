import { expect, test } from "vitest";
import { WebSocket } from "ws";
import { silence, tone } from "../test/audio.ts";
import { type Json, RawClient } from "../test/raw-client.ts";
import { ManualClock } from "./clock.ts";
import type { Engine } from "./engine.ts";
import { type ScriptedWord, scripted } from "./scripted.ts";
import { startEmulator } from "./server.ts";

const rate = { sample_rate: 16_000 };

/** Words of 300 ms, one each 400 ms, from the start. */
function spoken(text: string, extra: Partial<ScriptedWord> = {}): ScriptedWord[] {
  return text.split(" ").map((word, index) => ({ text: word, start: index * 400, end: index * 400 + 300, ...extra }));
}

/** The messages of a session in which these words are said, followed by two seconds of silence. */
async function transcribe(
  words: readonly ScriptedWord[],
  query: Record<string, string | number | boolean>,
  options = {},
) {
  await using emulator = await startEmulator({ engine: scripted(words), ...options });
  await using client = await RawClient.connect(emulator.url, { ...rate, ...query });
  client.audio(silence((words.at(-1)?.end ?? 0) + 2_000), 1_600);
  await client.finish();
  return client;
}

const words = spoken("Hello, my name is Sonny");

test("US: the transcript holds final words only, the last word may still grow, type comes last", async () => {
  const client = await transcribe(words, {});
  for (const turn of client.turns.slice(0, -1)) {
    const said = turn.words as Json[];
    expect(turn.transcript).toBe(
      said
        .filter((word) => word.word_is_final)
        .map((word) => word.text)
        .join(" "),
    );
    expect(said.slice(0, -1).every((word) => word.word_is_final)).toBe(true);
  }
  expect(client.turns.flatMap((turn) => (turn.words as Json[]).at(-1)?.text)).toContain("son");
  expect(client.turns.at(-1)).toMatchObject({
    end_of_turn: true,
    turn_is_formatted: false,
    transcript: "hello my name is sonny",
    utterance: "hello my name is sonny",
  });
  expect((client.turns.at(-1)?.words as Json[] | undefined)?.[1]).toEqual({
    start: 400,
    end: 700,
    text: "my",
    confidence: 0.95,
    word_is_final: true,
  });
  for (const text of client.texts.filter((line) => line.includes("turn_order")))
    expect(text).toMatch(/"type":"Turn"}$/);
});

test("format_turns: one formatted final, or an unformatted one before it", async () => {
  const one = await transcribe(words, { format_turns: "True" });
  expect(one.finals).toEqual(["Hello, my name is Sonny."]);
  const two = await transcribe(words, { format_turns: true }, { formattedFinals: "two-turns" });
  const finals = two.turns.filter((turn) => turn.end_of_turn);
  expect(
    finals.map(({ transcript, turn_is_formatted, turn_order }) => [transcript, turn_is_formatted, turn_order]),
  ).toEqual([
    ["hello my name is sonny", false, 0],
    ["Hello, my name is Sonny.", true, 0],
  ]);
  expect(finals[0]?.end_of_turn_confidence).toBe(finals[1]?.end_of_turn_confidence);
});

test("U3: SpeechStarted, then whole formatted turns, no word final before the turn is", async () => {
  const client = await transcribe(spoken("Hello there."), { speech_model: "universal-3-5-pro" });
  expect(client.messages[1]).toEqual({ type: "SpeechStarted", timestamp: 0, confidence: 0.987654 });
  const partials = client.turns.filter((turn) => !turn.end_of_turn);
  expect(partials.length).toBeGreaterThan(0);
  for (const { words: said, turn_is_formatted } of partials) {
    expect(turn_is_formatted).toBe(true);
    expect((said as Json[]).some((word) => word.word_is_final)).toBe(false);
  }
  expect(client.finals).toEqual(["Hello there."]);
});

test("U3 ends at the minimum silence after a full stop, else at the maximum", async () => {
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
  expect(await silenceBeforeFinal("Hello there.")).toBeLessThan(250);
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

test("include_partial_turns=false leaves finals alone", async () => {
  const client = await transcribe(words, { include_partial_turns: "False" });
  expect(client.turns.map((turn) => turn.end_of_turn)).toEqual([true]);
});

test("language fields and speaker labels come when asked for, and a SpeakerRevision after Terminate", async () => {
  const two = [
    { text: "Hi.", start: 0, end: 300, speaker: "A" },
    { text: "Thanks.", start: 2_500, end: 2_800, speaker: "A", revisedSpeaker: "B" },
  ];
  const client = await transcribe(two, { language_detection: true, speaker_labels: true });
  expect(client.turns.at(-1)).toMatchObject({ language_code: "en", language_confidence: 0.99, speaker_label: "A" });
  expect(client.messages.slice(-2)).toMatchObject([
    {
      type: "SpeakerRevision",
      revisions: [{ turn_order: 1, speaker_label: "B", words: [{ text: "thanks", speaker: "B", start: 2_500 }] }],
    },
    { type: "Termination" },
  ]);
  const plain = await transcribe(two, {});
  expect(plain.messages.some(({ type }) => type === "SpeakerRevision")).toBe(false);
  expect(plain.turns.at(-1)).not.toHaveProperty("speaker_label");
});

test("a SpeakerRevision comes at its interval too, of what had changed by then", async () => {
  const changed = { text: "Hi.", start: 0, end: 300, speaker: "A", revisedSpeaker: "B" };
  await using emulator = await startEmulator({ engine: scripted([changed]) });
  const query = { ...rate, speaker_labels: true, speaker_labels_revision_interval_ms: 120_000 };
  await using client = await RawClient.connect(emulator.url, query);
  client.audio(silence(119_000), 32_000);
  client.say({ type: "ForceEndpoint" });
  client.say({ type: "KeepAlive" });
  await expect.poll(() => emulator.sessions[0]?.received.length).toBe(2);
  expect(client.messages.some(({ type }) => type === "SpeakerRevision")).toBe(false);
  client.audio(silence(2_000), 32_000);
  expect(await client.until("SpeakerRevision")).toMatchObject({ revisions: [{ turn_order: 0, speaker_label: "B" }] });
  await client.finish();
  expect(client.messages.filter(({ type }) => type === "SpeakerRevision")).toHaveLength(1);
});

test("multilingual ends with one empty final", async () => {
  const client = await transcribe(words, { speech_model: "universal-streaming-multilingual" });
  expect(client.turns.at(-1)).toMatchObject({ turn_order: 1, transcript: "", words: [], end_of_turn: true });
});

test("Silence tells of each second without speech", async () => {
  const client = await transcribe(spoken("Hi."), { speech_model: "u3-rt-pro", acknowledge_silence: true });
  const reports = client.messages.filter(({ type }) => type === "Silence");
  expect(reports.map(({ start_ms, end_ms }) => [start_ms, end_ms])).toEqual([
    [300, 1_300],
    [1_300, 2_300],
  ]);
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

test("Begin without configuration, as older servers send it", async () => {
  await using emulator = await startEmulator({ beginConfiguration: false });
  await using client = await RawClient.connect(emulator.url, rate);
  expect(Object.keys(await client.until("Begin"))).toEqual(["type", "id", "expires_at"]);
});

test("the version that the client asks for is echoed", async () => {
  await using emulator = await startEmulator();
  const headers = { authorization: "key", "assemblyai-version": "2026-01-31" };
  await using client = await RawClient.connect(emulator.url, { ...rate, mode: "balanced" }, headers);
  expect((await client.until("Begin")).configuration).toEqual({
    model: "universal-streaming-english",
    mode: "balanced",
    api_version: "2026-01-31",
    speaker_labels: false,
    redact_pii: false,
    filter_profanity: false,
    domain: null,
    voice_focus: null,
  });
});

test("no subprotocol is spoken, whatever is offered", async () => {
  await using emulator = await startEmulator();
  const socket = new WebSocket(`${emulator.url}/v3/ws?sample_rate=16000`, ["json"]);
  const error = await new Promise((resolve) => socket.on("error", resolve));
  expect(String(error)).toContain("Server sent no subprotocol");
});

test("after Terminate nothing but Termination comes where the last turn had closed", async () => {
  const client = await transcribe(spoken("Hello there."), { speech_model: "universal-3-5-pro" });
  expect(client.messages.slice(-2)).toMatchObject([{ type: "Turn", end_of_turn: true }, { type: "Termination" }]);
  expect(client.finals).toHaveLength(1);
});

test("turns end only while audio keeps coming", async () => {
  await using emulator = await startEmulator({ engine: scripted(spoken("Hello there")) });
  await using client = await RawClient.connect(emulator.url, rate);
  client.audio(silence(1_000));
  await client.until((message) => message.transcript === "hello there");
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(client.finals).toEqual([]);
  await client.finish();
  expect(client.finals).toEqual(["hello there"]);
});

test("a gateway's answer follows each final", async () => {
  const client = await transcribe(words, { llm_gateway: JSON.stringify({ model: "any", messages: [] }) });
  expect(client.messages.at(-2)).toMatchObject({
    type: "LLMGatewayResponse",
    turn_order: 0,
    transcript: "hello my name is sonny",
  });
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

test("UpdateConfiguration changes where turns end, and is refused where it is wrong", async () => {
  await using emulator = await startEmulator({ engine: scripted(spoken("one two three")) });
  await using client = await RawClient.connect(emulator.url, rate);
  client.say({ type: "UpdateConfiguration", min_turn_silence: 50, end_of_turn_confidence_threshold: 0, unknown: 1 });
  client.audio(silence(2_000), 1_600);
  client.say({ type: "UpdateConfiguration", keyterms_prompt: [], agent_context: "Dr. Byrne" });
  client.say({ type: "KeepAlive" });
  await client.until((message) => message.transcript === "three");
  expect(client.finals).toEqual(["one", "two", "three"]);
  expect(emulator.sessions[0]?.parameters).toMatchObject({ keyterms_prompt: [], agent_context: "Dr. Byrne" });
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
  let before: number | undefined;
  while (before !== received()) {
    before = received();
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
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
