import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { wireSamples } from "../test/wire-samples.ts";
import { decode as decodeMessage } from "./decode.ts";
import { Secrets } from "./redact.ts";

const decode = (raw: string) => decodeMessage(raw, new Secrets());

const samples = Object.entries(wireSamples);

describe("a message of the service", () => {
  test.each(samples)("%s comes out as it came in", (_type, sample) => {
    expect(decode(JSON.stringify(sample))).toEqual(sample);
  });

  test.each(samples)("%s keeps the fields that this version does not know", (_type, sample) => {
    const extended = { ...sample, added_later: { deep: [1, null] } };
    expect(decode(JSON.stringify(extended))).toEqual(extended);
  });

  test("keeps unknown fields of a word, too", () => {
    const [word] = [{ start: 0, end: 1, text: "a", confidence: 1, word_is_final: true, added_later: 1 }];
    expect(decode(JSON.stringify({ ...wireSamples.Turn, words: [word] }))).toMatchObject({ words: [word] });
  });

  test.each([
    ["Begin", ["configuration"]],
    ["Turn", ["utterance", "language_code", "language_confidence", "speaker_label", "speaker_confidence"]],
    ["SpeechStarted", ["confidence"]],
    ["Heartbeat", ["max_speech_probability"]],
    ["LLMGatewayResponse", ["data"]],
    ["Warning", ["warning_code"]],
    ["Termination", ["audio_duration_seconds", "session_duration_seconds"]],
  ])("%s may lack its optional fields, or have null there", (type, optional) => {
    const missing = { ...wireSamples[type] };
    for (const name of optional) delete missing[name];
    expect(decode(JSON.stringify(missing))).toEqual(missing);
    const none = { ...missing, ...Object.fromEntries(optional.map((name) => [name, null])) };
    expect(decode(JSON.stringify(none))).toEqual(none);
  });

  test("Begin may have a mode that nobody knows, and null in every field of its configuration", () => {
    const begin = { ...wireSamples.Begin, configuration: { model: null, mode: "brand_new", speaker_labels: null } };
    expect(decode(JSON.stringify(begin))).toEqual(begin);
  });
});

describe("an Error", () => {
  const text = "User Input Validation Error: no";

  test.each([
    ["with its type", { type: "Error", error_code: 3006, error: text }, 3006, text],
    ["without a type", { error_code: 3006, error: text }, 3006, text],
    ["without a code", { error: text }, undefined, text],
    ["with a code that is no number", { error: text, error_code: "3006" }, undefined, text],
    ["with nothing but its type", { type: "Error" }, undefined, ""],
    ["dressed as another message", { type: "Warning", warning: "w", error: text }, undefined, text],
  ])("%s is one", (_how, frame, code, said) => {
    expect(decode(JSON.stringify(frame))).toEqual({ type: "Error", code, text: said });
  });

  test("is not seen in a message whose error field is null", () => {
    expect(decode(JSON.stringify({ ...wireSamples.Warning, error: null }))).toMatchObject({ type: "Warning" });
  });
});

describe("what cannot be read", () => {
  const without = (type: string, field: string) => {
    const message = { ...wireSamples[type] };
    delete message[field];
    return JSON.stringify(message);
  };

  test.each([
    ["an unknown type", '{"type":"Sonnet","lines":14}', 'Unknown message type "Sonnet"'],
    ["no type", "{}", "Unknown message type"],
    ["a type from Object.prototype", '{"type":"constructor"}', 'Unknown message type "constructor"'],
    ["broken JSON", '{"type":"Turn"', "JSON"],
    ["empty text", "", "JSON"],
    ["a number", "17", "Not a JSON object"],
    ["null", "null", "Not a JSON object"],
    ["a missing field", without("Turn", "transcript"), "transcript"],
    ["a wrong field", JSON.stringify({ ...wireSamples.Begin, expires_at: "soon" }), "expires_at"],
    [
      "a wrong field, deep inside",
      JSON.stringify({
        ...wireSamples.Turn,
        words: [{ start: 0, end: 1, text: 5, confidence: 1, word_is_final: true }],
      }),
      "words.0.text",
    ],
  ])("%s says what came, and why it is not understood", (_what, raw, reason) => {
    expect(decode(raw)).toEqual({ type: "Unrecognized", raw, reason: expect.stringContaining(reason) });
  });

  test("never throws, whatever the text", () => {
    const anyText = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.json(),
      fc.anything().map((value) => `${JSON.stringify(value)}`),
    );
    fc.assert(
      fc.property(anyText, (raw) => {
        const message = decode(raw);
        if (message.type === "Unrecognized") expect(message.raw).toBe(raw);
      }),
      { numRuns: 300 },
    );
  });

  test("never throws, wherever a message is cut short or garbled", () => {
    const sample = fc.constantFrom(...Object.values(wireSamples).map((value) => JSON.stringify(value)));
    fc.assert(
      fc.property(sample, fc.nat(), fc.string({ maxLength: 4 }), (text, where, garbage) => {
        const at = where % text.length;
        decode(text.slice(0, at));
        expect(decode(text.slice(0, at) + garbage + text.slice(at + garbage.length)).type).toEqual(expect.any(String));
      }),
      { numRuns: 1000 },
    );
  });
});
