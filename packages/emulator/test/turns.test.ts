import { expect, test } from "vitest";
import { scripted } from "../src/engines/scripted.ts";
import { startEmulator } from "../src/server.ts";
import { silence } from "./support/audio.ts";
import { type Json, RawClient } from "./support/raw-client.ts";
import { spoken, transcribe } from "./support/spoken.ts";

const rate = { sample_rate: 16_000, speech_model: "universal-streaming-english" };
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

test("after Terminate nothing but Termination comes where the last turn had closed", async () => {
  const client = await transcribe(spoken("Hello there."), { speech_model: "universal-3-5-pro" });
  expect(client.messages.slice(-2)).toMatchObject([{ type: "Turn", end_of_turn: true }, { type: "Termination" }]);
  expect(client.finals).toHaveLength(1);
});

test("a gateway's answer follows each final", async () => {
  const client = await transcribe(words, { llm_gateway: JSON.stringify({ model: "any", messages: [] }) });
  expect(client.messages.at(-2)).toMatchObject({
    type: "LLMGatewayResponse",
    turn_order: 0,
    transcript: "hello my name is sonny",
  });
});

test("US: as a word becomes final its end moves, and with format_turns its punctuation, but not its letters", async () => {
  const { turns } = await transcribe(words, { format_turns: true });
  const final = turns.at(-1)?.words as Json[];
  const letters = (word: Json) => String(word.text).toLowerCase().replace(/[.,]/g, "");
  const earlier = turns.slice(0, -1).flatMap((turn) => turn.words as Json[]);
  const changed = (field: string) =>
    final.filter((word) => earlier.some((past) => past.start === word.start && past[field] !== word[field])).length;
  expect(changed("end")).toBeGreaterThan(0);
  expect(final.map(({ text }) => text)).toEqual(["Hello,", "my", "name", "is", "Sonny."]);
  const settled = earlier.filter((word) => word.word_is_final);
  expect(settled.some(({ text }) => text === "hello")).toBe(true);
  for (const past of settled)
    expect(final.filter(({ start }) => start === past.start).map(letters)).toEqual([letters(past)]);
});

test("U3.5: Terminate in mid-turn brings one final with its words, and nothing where nothing was said", async () => {
  for (const speech_model of ["universal-3-5-pro", "u3-rt-pro"]) {
    const client = await transcribe(spoken("Hello there"), { speech_model }, { afterMs: 50 });
    expect(client.messages.slice(-2)).toMatchObject([
      {
        type: "Turn",
        end_of_turn: true,
        turn_order: 0,
        transcript: "Hello there.",
        words: [{ start: 0 }, { start: 400 }],
      },
      { type: "Termination" },
    ]);
    expect(client.finals).toHaveLength(1);
    const silent = await transcribe([], { speech_model });
    expect(silent.messages.map(({ type }) => type)).toEqual(["Begin", "Termination"]);
  }
});

test("U3: continuous_partials=false leaves the first partial and those at pauses", async () => {
  const said = [...spoken("one two three four"), { text: "five", start: 2_100, end: 2_400 }];
  const partials = async (query: Record<string, boolean>) => {
    const { turns } = await transcribe(said, { speech_model: "u3-rt-pro", min_turn_silence: 300, ...query });
    return turns.filter((turn) => !turn.end_of_turn).map(({ transcript }) => transcript);
  };
  expect((await partials({})).length).toBeGreaterThan(5);
  expect(await partials({ continuous_partials: false })).toEqual([
    "one",
    "one two three four",
    "one two three four five",
  ]);
});
