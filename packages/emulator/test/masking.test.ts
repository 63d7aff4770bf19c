import { expect, test } from "vitest";
import type { EngineWord } from "../src/engines/engine.ts";
import { type ScriptedWord, scripted } from "../src/engines/scripted.ts";
import { startEmulator } from "../src/server.ts";
import { readParameters } from "../src/session/parameters.ts";
import { masked } from "../src/turns/masking.ts";
import { silence } from "./support/audio.ts";
import { RawClient, wordsOf } from "./support/raw-client.ts";

const settings = (query: string) =>
  readParameters(new URLSearchParams(`sample_rate=16000&${query}`), "universal-streaming-english");

/** How one final word is shown. */
function shown(text: string, query: string, extra: Partial<EngineWord> = {}, final = true): string | undefined {
  const word = { text, start: 0, end: 1, confidence: 1, final: true, ...extra };
  return masked([word], final, settings(query))[0]?.text;
}

test.each([
  ["shit", "s***"],
  ["Shit's", "S***'s"],
  ['"Bullshit!"', '"B*******!"'],
  ["shitake", "shitake"],
  ["hello", "hello"],
])("filter_profanity shows %s as %s, in partial and final turns", (text, expected) => {
  for (const final of [true, false]) expect(shown(text, "filter_profanity=true", {}, final)).toBe(expected);
  expect(shown(text, "")).toBe(text);
});

test("a script decides itself what is profane", () => {
  expect(shown("Darn,", "filter_profanity=true", { profane: true })).toBe("D***,");
  expect(shown("shit", "filter_profanity=true", { profane: false })).toBe("shit");
});

test("redact_pii shows personal words as hashes or by their kind, in final turns only, by the policies asked for", () => {
  const name = { pii: "person_name" };
  expect(shown("Sonny.", "redact_pii=true", name)).toBe("#####.");
  expect(shown("O'Neil", "redact_pii=true", name)).toBe("#'####");
  expect(shown("Sonny!", "redact_pii=true&redact_pii_sub=entity_name", name)).toBe("[PERSON_NAME]!");
  expect(shown("Sonny", "redact_pii=true", name, false)).toBe("Sonny");
  expect(shown("Sonny", "redact_pii=false", name)).toBe("Sonny");
  expect(shown("Sonny", 'redact_pii=true&redact_pii_policies=["person_name"]', name)).toBe("#####");
  expect(shown("Sonny", 'redact_pii=true&redact_pii_policies=["phone_number"]', name)).toBe("Sonny");
  expect(shown("hello", "redact_pii=true")).toBe("hello");
});

const words: ScriptedWord[] = [
  { text: "Shit,", start: 0, end: 300 },
  { text: "I'm", start: 400, end: 700 },
  { text: "Sonny.", start: 800, end: 1_100, pii: "person_name" },
];

test.each(["universal-streaming-english", "universal-3-5-pro"])(
  "%s: transcript and words are masked alike",
  async (model) => {
    await using emulator = await startEmulator({ engine: scripted(words) });
    const query = { sample_rate: 16_000, speech_model: model, format_turns: true, filter_profanity: true };
    const session = async (more: Record<string, string | boolean>) => {
      const client = await RawClient.connect(emulator.url, { ...query, ...more });
      client.audio(silence(3_000), 1_600);
      await client.finish();
      return client;
    };
    for (const [sub, name] of [
      ["hash", "#####"],
      ["entity_name", "[PERSON_NAME]"],
    ] as const) {
      const redacted = await session({ redact_pii: true, redact_pii_sub: sub, include_partial_turns: true });
      expect(redacted.finals).toEqual([`S***, I'm ${name}.`]);
      const [turn, ...others] = redacted.turns;
      // What would show names before they are known to be names is not sent, though it was asked for.
      expect(others).toEqual([]);
      expect(turn?.utterance).toBe(turn?.transcript);
      expect(wordsOf(turn).map(({ text }) => text)).toEqual(["S***,", "I'm", `${name}.`]);
      const started = redacted.messages.filter(({ type }) => type === "SpeechStarted").length;
      expect(started).toBe(model === "universal-3-5-pro" ? 1 : 0);
    }
    const client = await session({});
    const partials = client.turns.filter((turn) => !turn.end_of_turn).map(({ transcript }) => String(transcript));
    expect(partials.join()).toContain("***");
    expect(partials.join().toLowerCase()).not.toContain("shit");
  },
);
