import { expect, test } from "vitest";
import { EmulatorError } from "../src/emulator-error.ts";
import { type ScriptedWord, scripted } from "../src/engines/scripted.ts";
import { recordingOf, scriptFrom } from "../src/observation/recording.ts";
import { startEmulator } from "../src/server.ts";
import { silence } from "./support/audio.ts";
import { RawClient } from "./support/raw-client.ts";

const words: ScriptedWord[] = [
  { text: "Hello,", start: 100, end: 400, speaker: "A" },
  { text: "Sonny.", start: 500, end: 900, speaker: "A" },
  { text: "Thanks.", start: 3_000, end: 3_400, speaker: "A", revisedSpeaker: "B" },
];

async function record(script: readonly ScriptedWord[]): Promise<string> {
  await using emulator = await startEmulator({
    engine: scripted(script),
    formattedFinals: "two-turns",
    edges: "exact",
    tokens: ["t0ken"],
  });
  const query = { sample_rate: 16_000, format_turns: true, speaker_labels: true, token: "t0ken" };
  await using client = await RawClient.connect(emulator.url, query, {});
  client.audio(silence(6_000));
  await client.finish();
  const [session] = emulator.sessions;
  return session === undefined ? "" : recordingOf(session);
}

test("a recording plays back as the session that it was made of", async () => {
  const recording = await record(words);
  const script = scriptFrom(recording);
  expect(script).toEqual(words.map((word) => ({ ...word, confidence: 0.95 })));
  const without = (text: string) => text.replace(/"id":"[^"]*"|"at":\d+|"expires_at":\d+/g, "");
  expect(without(await record(script))).toBe(without(recording));
});

test("a recording holds no credentials, and says when and which way", async () => {
  const recording = await record(words);
  expect(recording).not.toContain("t0ken");
  const lines = recording
    .trim()
    .split("\n")
    .map((line): unknown => JSON.parse(line));
  expect(lines[0]).toMatchObject({ kind: "session", query: { sample_rate: "16000" } });
  expect(lines[1]).toMatchObject({ kind: "text", direction: "out", at: 0, message: { type: "Begin" } });
  expect(lines[2]).toMatchObject({ kind: "audio", direction: "in", bytes: 3_200, durationMs: 100 });
  expect(lines.at(-1)).toMatchObject({ kind: "text", direction: "out", message: { type: "Termination" } });
});

test("a recording of what is no longer whole says so", async () => {
  await using emulator = await startEmulator({ history: { messages: 20 } });
  await using client = await RawClient.connect(emulator.url, { sample_rate: 16_000 });
  client.audio(silence(6_000));
  await client.finish();
  const [session = expect.fail()] = emulator.sessions;
  const [first = ""] = recordingOf(session).split("\n");
  expect(session.forgotten).toBeGreaterThan(40);
  expect(JSON.parse(first)).toMatchObject({ kind: "session", forgotten: session.forgotten });
  expect(await record(words)).not.toContain("forgotten");
});

test("what is no recording is refused", () => {
  expect(() => scriptFrom("{}\nhello")).toThrow(EmulatorError);
  expect(() => scriptFrom("{}\nhello")).toThrow("Line 2");
});
