import { initializeLogger, stt } from "@livekit/agents";
import { AudioFrame } from "@livekit/rtc-node";
import { type EmulatorOptions, scripted } from "@voxpipe/emulator";
import { startEmulator } from "@voxpipe/testing/exact-emulator";
import { beforeAll, describe, expect, test } from "vitest";
import { STT, type STTOptions } from "../src/index.ts";

const words = [
  { text: "harbor", start: 0, end: 400 },
  { text: "point", start: 500, end: 900 },
  { text: "later", start: 2500, end: 2900 },
];

/** 100 ms frames: as loud as voice in the first of every two seconds and a half. */
function* frames(seconds: number, rate = 16_000, channels = 1): Generator<AudioFrame> {
  for (let i = 0; i < seconds * 10; i++) {
    const samples = new Int16Array((rate / 10) * channels).fill(i % 25 < 10 ? 0x2020 : 0);
    yield new AudioFrame(samples, rate, channels, rate / 10);
  }
}

beforeAll(() => initializeLogger({ pretty: false, level: "silent" }));

async function agents(options: EmulatorOptions = {}, given: STTOptions = {}) {
  const emulator = await startEmulator({ record: true, engine: scripted(words), ...options });
  const recognizer = new STT({
    apiHost: emulator.url,
    apiKey: "example",
    pace: false,
    connectionRetryDelay: 1,
    ...given,
  });
  const errors: { type: string; recoverable: boolean; error: Error }[] = [];
  const metrics: { audioDurationMs: number; streamed: boolean; label: string }[] = [];
  recognizer.on("error", (error) => errors.push(error));
  recognizer.on("metrics_collected", (figure) => metrics.push(figure));
  return { emulator, recognizer, errors, metrics, [Symbol.asyncDispose]: () => emulator.close() };
}

const names = stt.SpeechEventType;

async function collect(stream: stt.SpeechStream): Promise<stt.SpeechEvent[]> {
  const events: stt.SpeechEvent[] = [];
  for await (const event of stream) events.push(event);
  return events;
}

/** Kinds of events, repeated ones once. */
function kinds(events: readonly stt.SpeechEvent[]): string[] {
  const all = events.map(({ type }) => names[type]).filter((kind) => kind !== "RECOGNITION_USAGE");
  return all.filter((kind, i) => kind !== all[i - 1]);
}

const turn = ["START_OF_SPEECH", "INTERIM_TRANSCRIPT", "FINAL_TRANSCRIPT", "END_OF_SPEECH"];

describe("an STT of @livekit/agents", () => {
  test.each(["universal-streaming-english", "universal-3-5-pro"])(
    "start of speech, interims, a final and end of speech for each turn, with %s",
    async (speechModel) => {
      await using it = await agents({}, { speechModel, minTurnSilence: 300, maxTurnSilence: 600 });
      const stream = it.recognizer.stream();
      for (const frame of frames(5)) stream.pushFrame(frame);
      stream.endInput();
      const events = await collect(stream);
      expect(kinds(events)).toEqual([...turn, ...turn]);
      const finals = events.filter(({ type }) => type === names.FINAL_TRANSCRIPT);
      expect(finals.map(({ alternatives }) => alternatives?.[0].text.toLowerCase().replace(".", ""))).toEqual([
        "harbor point",
        "later",
      ]);
      expect(it.errors).toEqual([]);
    },
  );

  test("aligned words in seconds, language, confidence and the request's id", async () => {
    await using it = await agents({}, { speechModel: "universal-streaming-english" });
    const stream = it.recognizer.stream();
    stream.startTimeOffset = 10;
    for (const frame of frames(2)) stream.pushFrame(frame);
    stream.endInput();
    const final = (await collect(stream)).find(({ type }) => type === names.FINAL_TRANSCRIPT);
    expect(final?.requestId).toBe(it.emulator.sessions[0]?.id);
    const data = final?.alternatives?.[0];
    expect(data).toMatchObject({ text: "harbor point", language: "en" });
    expect(data?.startTime).toBeCloseTo(10, 1);
    expect(data?.endTime).toBeCloseTo(10.9, 1);
    expect(data?.confidence).toBeGreaterThan(0.5);
    expect(
      data?.words?.map(({ text, startTime = 0, endTime = 0 }) => [
        text,
        Math.round(startTime * 10),
        Math.round(endTime * 10),
      ]),
    ).toEqual([
      ["harbor", 100, 104],
      ["point", 105, 109],
    ]);
  });

  test("one final for a turn whose formatted form comes as a second message", async () => {
    await using it = await agents(
      { formattedFinals: "two-turns" },
      { speechModel: "universal-streaming-english", formatTurns: true },
    );
    const stream = it.recognizer.stream();
    for (const frame of frames(2)) stream.pushFrame(frame);
    stream.endInput();
    const finals = (await collect(stream)).filter(({ type }) => type === names.FINAL_TRANSCRIPT);
    expect(finals.map(({ alternatives }) => alternatives?.[0].text)).toEqual(["Harbor point."]);
  });

  test("flush ends the turn at once", async () => {
    await using it = await agents({}, { speechModel: "universal-streaming-english" });
    const stream = it.recognizer.stream();
    for (const frame of frames(1)) stream.pushFrame(frame);
    stream.flush();
    const seen: string[] = [];
    for await (const event of stream) {
      seen.push(names[event.type] ?? "");
      if (event.type === names.END_OF_SPEECH) break;
    }
    expect(seen).toContain("FINAL_TRANSCRIPT");
    expect(it.emulator.sessions[0]?.received).toContainEqual({ type: "ForceEndpoint" });
    stream.close();
  });

  test("usage and metrics add up to the audio", async () => {
    await using it = await agents();
    const stream = it.recognizer.stream();
    for (const frame of frames(5)) stream.pushFrame(frame);
    stream.endInput();
    const usage = (await collect(stream)).flatMap(({ recognitionUsage }) => recognitionUsage?.audioDuration ?? []);
    expect(usage.reduce((sum, seconds) => sum + seconds, 0)).toBeCloseTo(5, 1);
    expect(it.metrics.reduce((sum, { audioDurationMs }) => sum + audioDurationMs, 0)).toBe(5000);
    expect(it.metrics[0]).toMatchObject({ streamed: true, label: "voxpipe.STT" });
  });

  test("audio of another rate is resampled", async () => {
    await using it = await agents();
    const stream = it.recognizer.stream();
    for (const frame of frames(2, 48_000)) stream.pushFrame(frame);
    stream.endInput();
    await collect(stream);
    expect(it.emulator.sessions[0]?.parameters).toMatchObject({ sample_rate: 16_000 });
    expect((it.emulator.sessions[0]?.audio.receivedMs ?? 0) / 1000).toBeCloseTo(2, 0);
  });

  test("a drop is the session's to make up for: no word is missing, and the framework retries nothing", async () => {
    await using it = await agents(
      { faults: [{ when: { audioMs: 600 }, do: "drop", session: 0 }] },
      { speechModel: "universal-streaming-english" },
    );
    const stream = it.recognizer.stream();
    for (const frame of frames(5)) stream.pushFrame(frame);
    stream.endInput();
    const finals = (await collect(stream)).filter(({ type }) => type === names.FINAL_TRANSCRIPT);
    expect(finals.map(({ alternatives }) => alternatives?.[0].text)).toEqual(["harbor point", "later"]);
    expect(it.emulator.sessions).toHaveLength(2);
    expect(it.errors).toEqual([]);
  });

  test("a refused key is one unrecoverable error, after one attempt", async () => {
    await using it = await agents({ apiKeys: ["another"] });
    const stream = it.recognizer.stream();
    for (const frame of frames(1)) stream.pushFrame(frame);
    expect(await collect(stream)).toEqual([]);
    expect(it.errors).toMatchObject([
      { type: "stt_error", recoverable: false, error: { statusCode: 401, retryable: false } },
    ]);
    expect(it.emulator.sessions).toHaveLength(1);
  });

  test("close ends the session gracefully", async () => {
    await using it = await agents();
    const stream = it.recognizer.stream();
    for (const frame of frames(1)) stream.pushFrame(frame);
    await stream.next();
    stream.close();
    await expect.poll(() => it.emulator.sessions[0]?.received.at(-1)).toEqual({ type: "Terminate" });
    expect(it.errors).toEqual([]);
  });

  test("keyterms of the agent's session reach streams that run", async () => {
    await using it = await agents({}, { keytermsPrompt: ["Byrne"] });
    const stream = it.recognizer.stream();
    for (const frame of frames(1)) stream.pushFrame(frame);
    await stream.next();
    it.recognizer._updateSessionKeyterms(["Kilmainham"]);
    await expect
      .poll(() => it.emulator.sessions[0]?.received)
      .toContainEqual({ type: "UpdateConfiguration", keyterms_prompt: ["Byrne", "Kilmainham"] });
    stream.close();
  });

  test("recognize: all of a buffer, in stereo", async () => {
    await using it = await agents({}, { speechModel: "universal-streaming-english" });
    const event = await it.recognizer.recognize([...frames(5, 16_000, 2)]);
    expect(event).toMatchObject({ type: names.FINAL_TRANSCRIPT, alternatives: [{ text: "harbor point later" }] });
  });
});
