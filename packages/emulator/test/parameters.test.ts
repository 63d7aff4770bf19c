import fc from "fast-check";
import { expect, test } from "vitest";
import { startEmulator } from "../src/server.ts";
import { readParameters, updateParameters } from "../src/session/parameters.ts";
import { ProtocolError } from "../src/session/protocol-error.ts";
import { RawClient } from "./support/raw-client.ts";

const read = (query: string) => readParameters(new URLSearchParams(query), "universal-3-5-pro");
const readUS = (query: string) => read(`speech_model=universal-streaming-english&${query}`);

test("the defaults are those of the model", () => {
  const silences = (model: string) => {
    const { min_turn_silence, max_turn_silence, vad_threshold } = read(`sample_rate=16000&speech_model=${model}`);
    return [min_turn_silence, max_turn_silence, vad_threshold];
  };
  expect(silences("universal-streaming-english")).toEqual([400, 1_280, 0.4]);
  expect(silences("u3-rt-pro")).toEqual([100, 1_000, 0.3]);
  expect(silences("u3-rt-pro-beta-1")).toEqual([100, 1_000, 0.3]);
  expect(silences("whisper-rt")).toEqual([400, 1_280, 0.4]);
  expect(silences("universal-3-6")).toEqual([128, 1_536, 0.2]);
  expect(silences("universal-3-5-pro")).toEqual([128, 1_536, 0.2]);
  expect(read("sample_rate=16000&speech_model=universal-3-5-pro").previous_context_n_turns).toBe(5);
  expect(read("sample_rate=16000").speech_model).toBe("universal-3-5-pro");
  expect(read("sample_rate=16000")).toMatchObject({
    mode: "balanced",
    interruption_delay: 500,
    continuous_partials: true,
  });
  expect(read("sample_rate=16000&speaker_labels=true").continuous_partials).toBe(false);
  expect(read("sample_rate=16000&speaker_labels=true&continuous_partials=true").continuous_partials).toBe(true);
  expect(readUS("sample_rate=16000")).not.toHaveProperty("mode");
  expect(read("sample_rate=16000")).toMatchObject({
    encoding: "pcm_s16le",
    end_of_turn_confidence_threshold: 0.4,
    format_turns: false,
    include_partial_turns: true,
  });
  expect(read("sample_rate=16000&redact_pii=true").include_partial_turns).toBe(false);
});

test("values are read from text, True and true alike, 0 and false as values", () => {
  const query =
    "sample_rate=8000&encoding=pcm_mulaw&format_turns=True&speaker_labels=false&end_of_turn_confidence_threshold=0" +
    '&keyterms_prompt=["Byrne"]&interruption_delay=0&language_codes=[]&unheard_of=1&token=x' +
    "&speaker_labels_revision_interval_ms=1";
  expect(read(query)).toMatchObject({
    sample_rate: 8_000,
    encoding: "pcm_mulaw",
    format_turns: true,
    speaker_labels: false,
    end_of_turn_confidence_threshold: 0,
    keyterms_prompt: ["Byrne"],
    interruption_delay: 0,
    language_codes: [],
    speaker_labels_revision_interval_ms: 120_000,
  });
  expect(read(query)).not.toHaveProperty("unheard_of");
});

test.each([
  ["true", true],
  ["True", true],
  ["1", true],
  ["yes", true],
  ["on", true],
  ["false", false],
  ["False", false],
  ["0", false],
  ["no", false],
  ["off", false],
])("%s is a boolean", (text, value) => {
  expect(read(`sample_rate=16000&filter_profanity=${text}`).filter_profanity).toBe(value);
});

test("old names mean the new ones, and yield to them", () => {
  expect(read("sample_rate=16000&min_end_of_turn_silence_when_confident=200").min_turn_silence).toBe(200);
  const both = "sample_rate=16000&min_turn_silence=300&min_end_of_turn_silence_when_confident=200";
  expect(read(both).min_turn_silence).toBe(300);
  expect(read("sample_rate=16000&language_code=de").language_codes).toEqual(["de"]);
  const focus = "&noise_suppression_model=near-field&noise_suppression_threshold=0&keyterms=[%22Byrne%22]";
  expect(read(`sample_rate=16000${focus}`)).toMatchObject({
    voice_focus: "near-field",
    voice_focus_threshold: 0,
    keyterms_prompt: ["Byrne"],
  });
  expect(read(`sample_rate=16000${focus}&voice_focus=far-field`).voice_focus).toBe("far-field");
  expect(() => read("sample_rate=16000&noise_suppression_model=loud")).toThrow("Invalid 'noise_suppression_model'");
});

test("sample_rate may be missing for compressed audio only", () => {
  for (const encoding of ["opus", "ogg_opus", "aac"]) expect(read(`encoding=${encoding}`).encoding).toBe(encoding);
  expect(() => read("")).toThrow("Invalid 'sample_rate'");
});

test.each([
  ["sample_rate=7999", "'sample_rate': Value error, sample_rate must be at least 8,000 Hz"],
  ["sample_rate=96001", "'sample_rate': Value error, sample_rate must be at most 96,000 Hz"],
  ["mode=fast", "'mode': 'fast' is not a valid Mode"],
  ["previous_context_n_turns=101", "'previous_context_n_turns': Input should be less than or equal to 100"],
  ["interruption_delay=1001", "'interruption_delay': Input should be less than or equal to 1000"],
  ["max_turn_silence=long", "'max_turn_silence': Input should be a valid integer"],
  ["voice_focus=wide", "'voice_focus': 'wide' is not a valid VoiceFocus"],
  ["redact_pii_sub=star", "'redact_pii_sub': 'star' is not a valid RedactPiiSub"],
  [
    `agent_context=${"x".repeat(1_800)}`,
    "'agent_context': Value error, agent_context exceeds maximum length of 1750 characters (got 1800)",
  ],
  [`prompt=${"é".repeat(1_751)}`, "'prompt': Value error, prompt exceeds maximum length of 1750 characters (got 1751)"],
  [
    "speech_model=u3-pro",
    "'speech_model': Input should be 'universal-streaming-english', 'universal-streaming-multilingual', 'whisper-rt', " +
      "'u3-rt-pro', 'u3-rt-pro-beta-1', 'u3-rt-agent', 'universal-3-5-pro', 'universal-3-6-pro', 'universal-3-6', " +
      "'universal-3-7-preview' or '_universal-3-5-notetaker'",
  ],
  ["speech_model=", "'speech_model': Input should be 'universal-streaming-english', "],
  ['language_codes=["xx"]', "'language_codes.0': Input should be 'en', 'es', 'de', "],
  ['language_codes=["en","EN"]', "'language_codes.1': Input should be 'en', 'es', 'de', "],
  ['language_codes=["en",7]', "'language_codes.1': Input should be 'en', 'es', 'de', "],
  ["language_code=xx", "'language_code': Input should be 'en', 'es', 'de', "],
  ["language_codes=en", "'language_codes': Value error, Invalid JSON array"],
  [`language_codes=${JSON.stringify(Array(11).fill("en"))}`, "'language_codes': List should have at most 10 items"],
  [
    'language_codes=["multi","en"]',
    "'language_codes': Value error, 'multi' cannot be combined with other language codes",
  ],
  ["speech_model=universal-streaming-english&mode=balanced", "'mode': Value error, mode is not supported"],
  ["speech_model=whisper-rt&mode=min_latency", "'mode': Value error, mode is not supported"],
  ["speaker_labels_revision_interval_ms=86400001", "'speaker_labels_revision_interval_ms': Input should be less"],
  ["sample_rate=fast", "'sample_rate': Input should be a valid integer, unable to parse string as an integer"],
  ["encoding=flac", "'encoding': 'flac' is not a valid Encoding"],
  ["min_turn_silence=49", "'min_turn_silence': Input should be greater than or equal to 50"],
  ["vad_threshold=1.1", "'vad_threshold': Input should be less than or equal to 1"],
  ["format_turns=perhaps", "'format_turns': Input should be a valid boolean, unable to interpret input"],
  ["keyterms_prompt=Byrne", "'keyterms_prompt': Value error, Invalid JSON array"],
  [`keyterms_prompt=${JSON.stringify(Array(101).fill("x"))}`, "'keyterms_prompt': Value error, Max 100 items"],
  ["inactivity_timeout=4", "'inactivity_timeout': Input should be greater than or equal to 5"],
  ["max_speakers=11", "'max_speakers': Input should be less than or equal to 10"],
  ["domain=law", "'domain': 'law' is not a valid Domain"],
  ["llm_gateway=[]", "'llm_gateway': Value error, Invalid JSON object"],
  ["speaker_labels_revision_interval_ms=-1", "'speaker_labels_revision_interval_ms': Input should be greater"],
])("%s is refused before Begin with the service's text", async (query, reason) => {
  const full = query.startsWith("sample_rate") ? query : `sample_rate=16000&${query}`;
  await using emulator = await startEmulator();
  await using client = new RawClient(emulator.url, Object.fromEntries(new URLSearchParams(full)));
  expect((await client.closed).code).toBe(3_006);
  expect(client.messages).toEqual([
    {
      type: "Error",
      error_code: 3_006,
      error: expect.stringContaining(`User Input Validation Error: Invalid ${reason}`),
    },
  ]);
});

test("a prompt and key terms may be given together", () => {
  const query = new URLSearchParams({ sample_rate: "16000", prompt: "A call.", keyterms_prompt: '["Byrne"]' });
  expect(read(String(query))).toMatchObject({ prompt: "A call.", keyterms_prompt: ["Byrne"] });
});

test("silences that are given count more than a mode", () => {
  const given = read("sample_rate=16000&mode=min_latency&min_turn_silence=700&max_turn_silence=900");
  expect(given).toMatchObject({ mode: "min_latency", min_turn_silence: 700, max_turn_silence: 900 });
});

test("what only U3 knows is ignored elsewhere, at the start and in mid-session", () => {
  const onlyU3 = {
    prompt: "a",
    agent_context: "b",
    continuous_partials: false,
    interruption_delay: 0,
    language_codes: ["de"],
  };
  const asQuery = Object.entries(onlyU3).map(([name, value]) => [
    name,
    Array.isArray(value) ? '["de"]' : String(value),
  ]);
  const query = `sample_rate=16000&voice_focus=near-field&previous_context_n_turns=2&${new URLSearchParams(asQuery)}`;
  expect(read(query)).toMatchObject({ ...onlyU3, voice_focus: "near-field", previous_context_n_turns: 2 });
  for (const model of ["universal-streaming-english", "universal-streaming-multilingual", "whisper-rt"]) {
    const plain = read(`speech_model=${model}&sample_rate=16000`);
    expect(read(`speech_model=${model}&${query}`)).toEqual(plain);
    expect(updateParameters(plain, { ...onlyU3, format_turns: true })).toEqual({ ...plain, format_turns: true });
    // It is not ignored unread.
    expect(() => updateParameters(plain, { agent_context: "x".repeat(1_751) })).toThrow("(got 1751)");
  }
});

test("UpdateConfiguration changes what may be changed, and nothing else", () => {
  const before = read("sample_rate=16000");
  const after = updateParameters(before, { max_turn_silence: 900, sample_rate: 8_000, unknown: {}, prompt: null });
  expect(after).toEqual({ ...before, max_turn_silence: 900 });
  expect(() => updateParameters(before, { keyterms_prompt: '["text"]' })).toThrow("Invalid JSON array");
  const changes = {
    end_of_turn_confidence_threshold: 0.7,
    min_turn_silence: 560,
    max_turn_silence: 900,
    vad_threshold: 0.1,
    format_turns: true,
    keyterms_prompt: ["Byrne"],
    prompt: "a",
    agent_context: "b",
    filter_profanity: true,
    interruption_delay: 0,
    turn_left_pad_ms: 10,
    language_codes: ["de"],
    session_heartbeat: true,
    acknowledge_silence: true,
    continuous_partials: false,
  };
  expect(updateParameters(before, changes)).toEqual({ ...before, ...changes });
  const fixed = { previous_context_n_turns: 7, speech_model: "u3-rt-pro", inactivity_timeout: 5, redact_pii: true };
  expect(updateParameters(before, fixed)).toEqual(before);
});

test("any query is parsed or refused, and nothing else", () => {
  const name = fc.constantFrom(
    "sample_rate",
    "encoding",
    "llm_gateway",
    "keyterms_prompt",
    "mode",
    "language_code",
    "__proto__",
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.oneof(name, fc.string()), fc.string())), (pairs) => {
      try {
        readParameters(new URLSearchParams(pairs), "universal-streaming-english");
      } catch (error) {
        expect(error).toBeInstanceOf(ProtocolError);
      }
    }),
  );
});
