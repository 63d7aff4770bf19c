import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { wireSamples } from "../../test/wire-samples.ts";
import { Secrets } from "../errors/redact.ts";
import { type Decoded, MessageReader } from "./decode.ts";

/** A reader, and what it reported. */
function open(...keys: string[]) {
  const warnings: string[] = [];
  const reported = new Set<string>();
  const reader = new MessageReader(new Secrets(keys), (topic, message) => {
    if (!reported.has(topic)) warnings.push(message);
    reported.add(topic);
  });
  return { reader, warnings, read: (value: unknown) => reader.read(JSON.stringify(value)) };
}

const read = (value: unknown): Decoded => open().read(value);
const readText = (raw: string): Decoded => open().reader.read(raw);
const samples = Object.entries(wireSamples);
const goodWord = { start: 0, end: 1, text: "a", confidence: 1, word_is_final: true };

/** What each message cannot do without. */
const needed: Readonly<Record<string, readonly string[]>> = {
  Begin: ["id"],
  Turn: ["turn_order", "end_of_turn", "transcript"],
  Silence: ["start_ms", "end_ms"],
  SpeakerRevision: ["revisions"],
};

const sideFields = samples.flatMap(([type, sample]) =>
  Object.keys(sample)
    .filter((name) => name !== "type" && name !== "words" && !needed[type]?.includes(name))
    .map((name): [string, string] => [type, name]),
);
const needs = Object.entries(needed).flatMap(([type, names]) => names.map((name): [string, string] => [type, name]));

function without(type: string, name: string): Record<string, unknown> {
  const message: Record<string, unknown> = { ...wireSamples[type] };
  delete message[name];
  return message;
}

describe("a message of the service", () => {
  test.each(samples)("%s comes out as it came in, and nothing is reported", (_type, sample) => {
    const { read, warnings } = open();
    expect(read(sample)).toEqual(sample);
    expect(warnings).toEqual([]);
  });

  test.each(samples)("%s keeps the fields that this version does not know", (_type, sample) => {
    const extended = { ...sample, added_later: { deep: [1, null] } };
    expect(read(extended)).toEqual(extended);
  });

  test("keeps unknown fields of a word, too", () => {
    const turn = { ...wireSamples.Turn, words: [{ ...goodWord, added_later: 1 }] };
    expect(read(turn)).toEqual(turn);
  });

  test.each([
    ["Begin", ["configuration"]],
    ["Turn", ["utterance", "language_code", "language_confidence", "speaker_label", "speaker_confidence"]],
    ["SpeechStarted", ["confidence"]],
    ["Heartbeat", ["max_speech_probability"]],
    ["Warning", ["warning_code"]],
    ["Termination", ["audio_duration_seconds", "session_duration_seconds"]],
  ])("%s may lack its optional fields, or have null there, and nothing is reported", (type, optional) => {
    const { read, warnings } = open();
    const missing: Record<string, unknown> = { ...wireSamples[type] };
    for (const name of optional) delete missing[name];
    expect(read(missing)).toEqual(missing);
    const none = { ...missing, ...Object.fromEntries(optional.map((name) => [name, null])) };
    expect(read(none)).toEqual(none);
    expect(warnings).toEqual([]);
  });

  test("Begin may have a mode that nobody knows, and null in every field of its configuration", () => {
    const begin = { ...wireSamples.Begin, configuration: { model: null, mode: "brand_new", speaker_labels: null } };
    expect(read(begin)).toEqual(begin);
  });
});

describe("a side field that is odd", () => {
  test.each(sideFields)(
    "%s is used although %s is missing, null or of another type, which passes as it is",
    (type, name) => {
      for (const value of [null, {}, [], [[1]], "text", true, -1e308]) {
        const message = { ...wireSamples[type], [name]: value };
        expect(read(message)).toEqual(message);
      }
      expect(read(without(type, name))).toEqual(without(type, name));
    },
  );

  test("a number that JSON cannot hold passes, too", () => {
    expect(readText('{"type":"SpeechStarted","timestamp":1e999}')).toEqual({
      type: "SpeechStarted",
      timestamp: Number.POSITIVE_INFINITY,
    });
  });

  test("end_of_turn_confidence: null is reported once per session, by name, with what was expected", () => {
    const { read, warnings } = open();
    for (let i = 0; i < 3; i++) {
      expect(read({ ...wireSamples.Turn, end_of_turn_confidence: null })).toMatchObject({ type: "Turn" });
      expect(read({ ...wireSamples.Turn, end_of_turn_confidence: "0.5" })).toMatchObject({ type: "Turn" });
    }
    expect(warnings).toEqual([
      "The service sent a message in which Turn.end_of_turn_confidence is null. Expected a number. Passed on unchanged. Reported once per session.",
    ]);
  });

  test.each([
    ["a field of the configuration", { ...wireSamples.Begin, configuration: { mode: 5 } }, "Begin.configuration.mode"],
    ["a word", { ...wireSamples.Turn, words: [{ ...goodWord, confidence: null }] }, "Turn.words.confidence"],
    ["a time that is text", { ...wireSamples.Turn, words: [{ ...goodWord, end: "soon" }] }, "Turn.words.end"],
    ["an optional one of another type", { ...wireSamples.Turn, utterance: 5 }, "Turn.utterance"],
    [
      "a revised word",
      { type: "SpeakerRevision", revisions: [{ turn_order: 1, words: [{ text: "a" }] }] },
      "SpeakerRevision.revisions.words.start",
    ],
  ])("is reported also in %s", (_where, message, field) => {
    const { read, warnings } = open();
    read(message);
    expect(warnings.filter((warning) => warning.includes(` ${field} `))).toHaveLength(1);
  });

  test("is named, and never quoted", () => {
    const { read, warnings } = open();
    read({ ...wireSamples.Turn, utterance: { token: "tok-1" }, language_code: ["tok-1"] });
    expect(warnings).toHaveLength(2);
    expect(warnings.join()).not.toContain("tok-1");
  });
});

describe("words", () => {
  test.each([undefined, null, "words", 5, {}, true])("are an empty list where the service sent %j", (words) => {
    const { read, warnings } = open();
    expect(read({ ...wireSamples.Turn, words })).toMatchObject({ transcript: "Harbor Point", words: [] });
    expect(warnings).toHaveLength(1);
    const revision = { turn_order: 3, speaker_label: "B", words };
    expect(read({ type: "SpeakerRevision", revisions: [revision] })).toMatchObject({
      revisions: [{ turn_order: 3, speaker_label: "B", words: [] }],
    });
  });

  test("keep what has a text, and lose what is no word, which is reported", () => {
    const { read, warnings } = open();
    const bare = { text: "b", start: null };
    const words = [null, goodWord, 5, "a", [], {}, { text: 1 }, bare];
    expect(read({ ...wireSamples.Turn, words })).toMatchObject({ type: "Turn", words: [goodWord, bare] });
    expect(warnings.filter((warning) => warning.includes("entries without a text"))).toHaveLength(1);
  });
});

describe("a SpeakerRevision", () => {
  test("keeps the turns that have a number, and loses what is none, which is reported", () => {
    const { read, warnings } = open();
    const good = { turn_order: 2, speaker_label: null, words: [goodWord] };
    const revisions = [null, 5, {}, [], { turn_order: "1" }, { turn_order: -1 }, good];
    expect(read({ type: "SpeakerRevision", revisions })).toEqual({ type: "SpeakerRevision", revisions: [good] });
    expect(warnings).toHaveLength(1);
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
    ["whose text is an object", { type: "Error", error: { message: "no" } }, undefined, '{"message":"no"}'],
    ["whose text is endless", { error: "x".repeat(1e6) }, undefined, "x".repeat(2000)],
  ])("%s is one", (_how, frame, code, said) => {
    expect(read(frame)).toEqual({ type: "Error", code, text: said });
  });

  test("is not seen in a message whose error field is null", () => {
    expect(read({ ...wireSamples.Warning, error: null })).toMatchObject({ type: "Warning" });
  });
});

describe("a Begin without an id that can be used", () => {
  test.each([undefined, null, 5, {}, "x".repeat(1001)])("(%#) says why, since no other will come", (id) => {
    expect(read({ ...wireSamples.Begin, id })).toEqual({
      type: "UnusableBegin",
      reason: expect.stringMatching(/^Begin\.id is .*\. Expected a string/),
    });
  });
});

describe("what cannot be used", () => {
  test.each(needs.filter(([type]) => type !== "Begin"))("%s is not used without %s", (type, name) => {
    for (const value of [undefined, null, {}, type === "Turn" && name === "transcript" ? 5 : "text"]) {
      const message = { ...wireSamples[type], [name]: value };
      expect(read(message)).toEqual({
        type: "Unrecognized",
        raw: JSON.stringify(message),
        reason: expect.stringContaining(`${type}.${name} is `),
      });
    }
  });

  test.each([-1, 0.5, 2 ** 31, 1e308])("a turn is not numbered %d", (turn_order) => {
    expect(read({ ...wireSamples.Turn, turn_order })).toMatchObject({ type: "Unrecognized" });
  });

  test.each([
    ["an unknown type", '{"type":"Sonnet","lines":14}', 'Unknown message type "Sonnet"'],
    ["no type", "{}", "Unknown message type missing"],
    ["a type that is a list", '{"type":[[]]}', "Unknown message type a list"],
    ["a type from Object.prototype", '{"type":"constructor"}', 'Unknown message type "constructor"'],
    ["another type from there", '{"type":"__proto__"}', 'Unknown message type "__proto__"'],
    [
      "a prototype that looks right",
      `{"__proto__":${JSON.stringify(wireSamples.Turn)}}`,
      "Unknown message type missing",
    ],
    ["broken JSON", '{"type":"Turn"', "JSON"],
    ["empty text", "", "JSON"],
    ["what a socket says of a binary message", "(binary)", "JSON"],
    ["a number", "17", "Not a JSON object"],
    ["a list", "[]", "Not a JSON object"],
    ["null", "null", "Not a JSON object"],
  ])("%s says what came, and why it is not understood", (_what, raw, reason) => {
    expect(readText(raw)).toEqual({ type: "Unrecognized", raw, reason: expect.stringContaining(reason) });
  });
});

describe("a hostile message", () => {
  const nested = (levels: number) => "[".repeat(levels) + "]".repeat(levels);

  test.each([
    ["in its type", (deep: string) => `{"type":${deep}}`],
    ["in its error", (deep: string) => `{"type":"Error","error":${deep}}`],
    ["in an unknown field", (deep: string) => `{"type":"Warning","warning":"w","more":${deep}}`],
    ["behind brackets in a string", (deep: string) => `{"type":"Warning","warning":"]]]]\\"]]]","more":${deep}}`],
    ["in a word", (deep: string) => JSON.stringify(wireSamples.Turn).replace('"text":', `"more":${deep},"text":`)],
  ])("nested 6,000 deep %s is not used, so that showing it does not overflow the stack", (_where, around) => {
    expect(readText(around(nested(6000)))).toMatchObject({
      type: "Unrecognized",
      reason: expect.stringContaining("100 levels"),
    });
    expect(readText(around(nested(1e6)))).toMatchObject({
      type: "Unrecognized",
      reason: expect.stringContaining("100 levels"),
    });
    const shallow = readText(around(nested(90)));
    expect(JSON.stringify(shallow)).toContain("[[[");
  });

  test("is not taken for a nested one because it has many brackets", () => {
    const words = Array.from({ length: 500 }, () => ({ ...goodWord, text: '[{"\\' }));
    expect(read({ ...wireSamples.Turn, words })).toMatchObject({ type: "Turn", words });
  });

  test("that is longer than 8 MiB is not parsed, and of its text the beginning is kept", () => {
    expect(readText(`{"type":"Warning","warning":"${"w".repeat(8 * 1024 * 1024)}"}`)).toEqual({
      type: "Unrecognized",
      raw: expect.stringMatching(/^{"type":"Warning","warning":"w{65507}$/),
      reason: expect.stringContaining("8388608"),
    });
  });

  test("of bad words costs a pass over them: the same field is looked at in few", () => {
    let looks = 0;
    const reader = new MessageReader(new Secrets(), () => {
      looks++;
    });
    const words = Array.from({ length: 100_000 }, () => ({ text: "" }));
    expect(reader.read(JSON.stringify({ ...wireSamples.Turn, words }))).toMatchObject({ type: "Turn" });
    // Four fields each.
    expect(looks).toBeLessThanOrEqual(40);
    expect(
      reader.read(`{"type":"Turn","turn_order":0,"end_of_turn":true,"transcript":"","words":[${"{},".repeat(3e5)}1]}`),
    ).toMatchObject({ words: [] });
  });

  const hostileText = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.json({ maxDepth: 8 }),
    fc
      .anything({ withNullPrototype: true })
      .map((value) => `${JSON.stringify(value, (_key, item) => (typeof item === "bigint" ? 0 : item))}`),
  );
  const value = fc.oneof(
    fc.jsonValue({ maxDepth: 3, stringUnit: "binary" }),
    fc.constantFrom(null, -1, 1e308, Number.NaN, "", "__proto__", [], {}, [[]], "\ud800", "\u0000"),
    fc.nat(4).map((n) => JSON.parse(nested(1 + n * 60))),
  );
  const names = fc.constantFrom(
    ...new Set(samples.flatMap(([, sample]) => Object.keys(sample))),
    "start",
    "end",
    "text",
    "error",
    "error_code",
    "__proto__",
    "constructor",
    "toString",
  );
  const hostileObject = fc
    .tuple(fc.constantFrom(...samples.map(([, sample]) => sample)), fc.array(fc.tuple(names, value), { maxLength: 6 }))
    .map(([sample, changes]) => JSON.stringify({ ...sample, ...Object.fromEntries(changes) }));

  test("never throws, and never yields what the types do not promise", () => {
    fc.assert(
      fc.property(fc.oneof(hostileText, hostileObject), (raw) => {
        expectKept(readText(raw), raw);
      }),
      { numRuns: 1500 },
    );
  });

  test("never throws where it repeats a key, and does not show it", () => {
    fc.assert(
      fc.property(hostileObject, fc.nat(), (raw, at) => {
        const cut = at % raw.length;
        const message = open("k3y-of-the-account").reader.read(
          `${raw.slice(0, cut)}k3y-of-the-account${raw.slice(cut)}`,
        );
        expect(JSON.stringify(message)).not.toContain("k3y");
      }),
      { numRuns: 300 },
    );
  });

  test("never throws, wherever a message is cut short or garbled", () => {
    const sample = fc.constantFrom(...samples.map(([, value]) => JSON.stringify(value)));
    fc.assert(
      fc.property(sample, fc.nat(), fc.string({ maxLength: 4 }), (text, where, garbage) => {
        const at = where % text.length;
        readText(text.slice(0, at));
        expectKept(readText(text.slice(0, at) + garbage + text.slice(at + garbage.length)));
      }),
      { numRuns: 1000 },
    );
  });
});

/** What the types promise, and that the message can be shown. */
function expectKept(message: Decoded, raw?: string): void {
  JSON.stringify(message);
  if (message.type === "Unrecognized") {
    if (raw !== undefined) expect(message.raw).toBe(raw);
    expect(message.reason).not.toBe("");
  } else if (message.type === "Turn") {
    expect(Number.isSafeInteger(message.turn_order)).toBe(true);
    expect([typeof message.end_of_turn, typeof message.transcript]).toEqual(["boolean", "string"]);
    for (const word of message.words) expect(typeof word.text).toBe("string");
  } else if (message.type === "SpeakerRevision") {
    for (const { turn_order, words } of message.revisions) {
      expect(Number.isSafeInteger(turn_order)).toBe(true);
      for (const word of words) expect(typeof word.text).toBe("string");
    }
  } else if (message.type === "Silence")
    expect([message.start_ms, message.end_ms].every((ms) => Number.isFinite(ms))).toBe(true);
  else if (message.type === "Begin") expect(typeof message.id).toBe("string");
}
