import { expect, test } from "vitest";
import { ManualClock } from "../src/clock.ts";
import { scripted } from "../src/engines/scripted.ts";
import { type EmulatorOptions, startEmulator } from "../src/index.ts";
import { silence, tone } from "./support/audio.ts";
import { type Json, RawClient, wordsOf } from "./support/raw-client.ts";
import { spoken } from "./support/spoken.ts";

const u3 = { sample_rate: 16_000 };
const us = { sample_rate: 16_000, speech_model: "universal-streaming-english" };

/** Everything that is said when these words are, and then silence. */
async function session(
  words: Parameters<typeof scripted>[0] & {},
  query: Record<string, string | number | boolean>,
  options: EmulatorOptions = {},
): Promise<RawClient> {
  await using emulator = await startEmulator({ engine: scripted(words), ...options });
  await using client = await RawClient.connect(emulator.url, query);
  client.audio(silence((words.at(-1)?.end ?? 0) + 2_000), 1_600);
  await client.finish();
  return client;
}

const finals = (client: RawClient) => client.turns.filter((turn) => turn.end_of_turn);
const partials = (client: RawClient) => client.turns.filter((turn) => !turn.end_of_turn);
const times = (turn: Json | undefined) => wordsOf(turn).map(({ start, end }) => [start, end]);

const twoTurns = [
  { text: "Hello", start: 3_000, end: 3_300 },
  { text: "there.", start: 3_400, end: 3_700 },
  { text: "Thanks.", start: 8_000, end: 8_400 },
];

test("word times at the edges of U3's turns absorb silence by default, those within do not", async () => {
  const client = await session(twoTurns, u3);
  const [first, second] = finals(client);
  const [[start, innerEnd] = [], [innerStart, end] = []] = times(first);
  expect(start).toBeGreaterThanOrEqual(2_000);
  expect(start).toBeLessThanOrEqual(2_020);
  expect([innerEnd, innerStart]).toEqual([3_300, 3_400]);
  // The turn was cut 400 ms after its last word.
  expect(end).toBeGreaterThanOrEqual(3_770);
  expect(end).toBeLessThanOrEqual(4_100);
  expect(times(second)[0]?.[0]).toBeLessThanOrEqual(7_020);
  for (const partial of partials(client).filter((turn) => turn.turn_order === 0))
    expect(times(partial)[0]?.[0]).toBe(start);
  expect(times(finals(await session(twoTurns, u3))[0])).toEqual(times(first));
  expect(times(finals(await session(twoTurns, u3, { seed: 1 }))[0])).not.toEqual(times(first));
});

test("edges: exact, and US, give the times that the engine has", async () => {
  const truth = twoTurns.map(({ start, end }) => [start, end]);
  expect(finals(await session(twoTurns, u3, { edges: "exact" })).flatMap(times)).toEqual(truth);
  expect(finals(await session(twoTurns, us)).flatMap(times)).toEqual(truth);
});

test("a reported end never lies behind the audio that the server had", async () => {
  await using emulator = await startEmulator({ engine: scripted(spoken("one two three four five")) });
  await using client = await RawClient.connect(emulator.url, u3);
  let sentMs = 0;
  for (const cut of [250, 550, 1_000, 1_450]) {
    client.audio(silence(cut - sentMs), 16_000);
    sentMs = cut;
    const before = client.finals.length;
    client.say({ type: "ForceEndpoint" });
    await client.until(() => client.finals.length > before);
    expect(times(finals(client).at(-1)).at(-1)?.[1]).toBeLessThanOrEqual(cut);
  }
});

test("partials have no labels and no language, finals have; utterance is empty until the end", async () => {
  for (const query of [u3, us]) {
    const labelled = { ...query, speaker_labels: true, language_detection: true };
    const client = await session(spoken("Hello there.", { speaker: "A" }), labelled);
    expect(partials(client).length).toBeGreaterThan(0);
    for (const turn of partials(client)) {
      for (const name of ["speaker_label", "speaker_confidence", "language_code", "language_confidence"])
        expect(turn).not.toHaveProperty(name);
      for (const word of turn.words as Json[]) expect(word).not.toHaveProperty("speaker");
      expect(turn).toMatchObject({ utterance: "", turn_is_formatted: query === u3 });
    }
    const [final] = finals(client);
    expect(final).toMatchObject({ speaker_label: "A", language_code: "en", language_confidence: 0.99 });
    for (const word of wordsOf(final)) expect(word).toMatchObject({ speaker: "A", speaker_confidence: 0.9 });
  }
});

test("ForceEndpoint in silence gives no final, before the first word and after the last", async () => {
  await using emulator = await startEmulator({ engine: scripted(spoken("Hello there.")) });
  await using client = await RawClient.connect(emulator.url, u3);
  client.say({ type: "ForceEndpoint" });
  client.audio(silence(3_000), 1_600);
  client.say({ type: "ForceEndpoint" });
  await client.finish();
  expect(finals(client).map(({ transcript }) => transcript)).toEqual(["Hello there."]);
});

test("US: a partial's transcript is empty while its words are not", async () => {
  const [first] = partials(await session(spoken("Hello there."), us));
  expect(first).toMatchObject({ transcript: "", words: [{ word_is_final: false }] });
});

/** 12 s without a pause, a word every 400 ms of 300; the cut at 10 s goes through none of them unless they begin later. */
const phrase = (shift: number) =>
  Array.from({ length: 30 }, (_, index) => ({
    text: `w${index}`,
    start: index * 400 + shift,
    end: index * 400 + shift + 300,
    speaker: "A",
  }));

test("with speaker_labels turns are cut every 10 s, in mid-phrase, and words that straddle a cut are lost", async () => {
  const labelled = { ...u3, speaker_labels: true };
  // w24 spans 9,850 to 10,150.
  for (const edges of ["live", "exact"] as const) {
    const cut = finals(await session(phrase(250), labelled, { edges }));
    expect(cut.map(({ words }) => (words as Json[]).length)).toEqual([24, 5]);
    expect(wordsOf(cut[1])[0]).toMatchObject({ text: "W25", start: 10_250 });
    expect(cut[0]?.transcript).toMatch(/w23$/);
  }
  const [, second] = finals(await session(phrase(0), labelled));
  expect(wordsOf(second)[0]).toMatchObject({ text: "W25", start: 10_000 });
  expect(finals(await session(phrase(250), labelled, { speakerCuts: false }))).toHaveLength(1);
  expect(finals(await session(phrase(250), u3))).toHaveLength(1);
  expect(finals(await session(phrase(250), { ...us, speaker_labels: true }))).toHaveLength(1);
});

test("with speaker_labels partials come at the beginning and at pauses, unless continuous ones are asked for", async () => {
  const labelled = { ...u3, speaker_labels: true, min_turn_silence: 300 };
  const some = partials(await session(spoken("one two three four"), labelled));
  const all = partials(await session(spoken("one two three four"), { ...labelled, continuous_partials: true }));
  expect(some.map(({ transcript }) => transcript)).toEqual(["one", "one two three four"]);
  expect(all.length).toBeGreaterThan(some.length);
});

test("billed is the time between Begin and Termination, idle or not, summed over all sessions", async () => {
  const clock = new ManualClock();
  await using emulator = await startEmulator({ clock, history: { sessions: 2 }, apiKeys: ["right"] });
  const billed = async (seconds: number) => {
    const client = await RawClient.connect(emulator.url, u3, { authorization: "right" });
    await client.until("Begin");
    clock.advance(seconds * 1_000);
    return client;
  };
  await using idle = await billed(60);
  expect(emulator.billedSeconds).toBe(60);
  expect((await idle.finish()).session_duration_seconds).toBe(60);
  await using dropped = await billed(5);
  dropped.audio(tone(1_000));
  dropped.ws.terminate();
  await emulator.sessions[1]?.ended;
  await using refused = await RawClient.connect(emulator.url, u3, { authorization: "wrong" });
  await refused.closed;
  clock.advance(100_000);
  expect(emulator.sessions.map(({ billedSeconds }) => billedSeconds)).toEqual([5, 0]);
  // The first is no longer remembered, and still billed.
  expect(emulator.billedSeconds).toBe(65);
});

test("new sessions beyond the limit of a minute are refused, however few are open; by an option and by a fault", async () => {
  const clock = new ManualClock();
  await using emulator = await startEmulator({ clock, sessionLimit: { perMinute: 1 } });
  const attempt = async (url: string) => {
    await using client = await RawClient.connect(url, u3);
    await Promise.race([client.until("Begin"), client.closed]);
    if (client.messages[0]?.type === "Begin") {
      await client.finish();
      return "begun";
    }
    return [client.messages, await client.closed];
  };
  const refusal = [
    [{ type: "Error", error_code: 1_008, error: "Too many concurrent sessions" }],
    { code: 1_008, reason: "See Error message for details" },
  ];
  expect(await attempt(emulator.url)).toBe("begun");
  expect(await attempt(emulator.url)).toEqual(refusal);
  clock.advance(60_000);
  expect(await attempt(emulator.url)).toBe("begun");
  await using open = await startEmulator();
  expect(await attempt(`${open.url}/faults/open:too-many-sessions`)).toEqual(refusal);
  expect(await attempt(open.url)).toBe("begun");
});
