import { describe, expect, test } from "vitest";
import { parseOptions } from "../options/parse-options.ts";
import { expectedParameters, modernize, type StreamingParameters } from "./parameters.ts";
import { sessionUrl } from "./url.ts";

/** Every connection parameter of protocol section 2: its name here, a value, its name and form on the wire. */
const table = [
  ["speechModel", "universal-3-5-pro", "speech_model", "universal-3-5-pro"],
  ["sampleRate", 8000, "sample_rate", "8000"],
  ["encoding", "pcm_mulaw", "encoding", "pcm_mulaw"],
  ["mode", "min_latency", "mode", "min_latency"],
  ["minTurnSilence", 50, "min_turn_silence", "50"],
  ["maxTurnSilence", 0, "max_turn_silence", "0"],
  ["endOfTurnConfidenceThreshold", 0, "end_of_turn_confidence_threshold", "0"],
  ["vadThreshold", 0, "vad_threshold", "0"],
  ["formatTurns", false, "format_turns", "false"],
  ["keytermsPrompt", ["Byrne"], "keyterms_prompt", '["Byrne"]'],
  ["prompt", "Names & numbers", "prompt", "Names & numbers"],
  ["agentContext", "What time?", "agent_context", "What time?"],
  ["previousContextNTurns", 0, "previous_context_n_turns", "0"],
  ["languageCodes", ["en", "de"], "language_codes", '["en","de"]'],
  ["languageDetection", true, "language_detection", "true"],
  ["inactivityTimeout", 5, "inactivity_timeout", "5"],
  ["speakerLabels", true, "speaker_labels", "true"],
  ["maxSpeakers", 10, "max_speakers", "10"],
  ["speakerLabelsRevisionIntervalMs", 0, "speaker_labels_revision_interval_ms", "0"],
  ["domain", "medical-v1", "domain", "medical-v1"],
  ["voiceFocus", "near-field", "voice_focus", "near-field"],
  ["voiceFocusThreshold", 1, "voice_focus_threshold", "1"],
  ["filterProfanity", true, "filter_profanity", "true"],
  ["redactPii", true, "redact_pii", "true"],
  ["redactPiiPolicies", [], "redact_pii_policies", "[]"],
  ["redactPiiSub", "hash", "redact_pii_sub", "hash"],
  ["includePartialTurns", false, "include_partial_turns", "false"],
  ["continuousPartials", true, "continuous_partials", "true"],
  ["interruptionDelay", 0, "interruption_delay", "0"],
  ["turnLeftPadMs", 300, "turn_left_pad_ms", "300"],
  ["sessionHeartbeat", true, "session_heartbeat", "true"],
  ["acknowledgeSilence", true, "acknowledge_silence", "true"],
  [
    "llmGateway",
    { model: "m", messages: [{ role: "user", content: "Sum up" }], max_tokens: 9 },
    "llm_gateway",
    '{"model":"m","messages":[{"role":"user","content":"Sum up"}],"max_tokens":9}',
  ],
  ["webhookUrl", "https://hooks.example/a?b=c", "webhook_url", "https://hooks.example/a?b=c"],
  ["webhookAuthHeaderName", "X-Auth", "webhook_auth_header_name", "X-Auth"],
  ["webhookAuthHeaderValue", "letmein", "webhook_auth_header_value", "letmein"],
  ["customerSupportAudioCapture", true, "_customer_support_audio_capture", "true"],
] as const;

function query(options: StreamingParameters): Record<string, string> {
  const settings = parseOptions(
    { sampleRate: 16_000, token: "t", onWarning: () => {}, ...options },
    { sendsHeaders: true },
  );
  return Object.fromEntries(sessionUrl(settings.apiHost, settings.parameters, settings.extraParams).searchParams);
}

describe("on the wire", () => {
  test.each(table)("%s %j is %s=%s", (name, value, wire, text) => {
    expect(query({ [name]: value })).toMatchObject({ [wire]: text });
  });

  test("the table has every parameter there is", () => {
    expect(table.map(([name]) => name).toSorted()).toEqual(Object.keys(expectedParameters).toSorted());
  });

  test("nothing is sent that was not given", () => {
    expect(query({})).toEqual({ sample_rate: "16000" });
    expect(query({ prompt: undefined, formatTurns: undefined })).toEqual({ sample_rate: "16000" });
  });
});

describe("a value out of range", () => {
  test.each([
    [{ sampleRate: 7999 }],
    [{ sampleRate: 96_001 }],
    [{ sampleRate: 16_000.5 }],
    [{ minTurnSilence: 49 }],
    [{ minTurnSilence: 10_001 }],
    [{ endOfTurnConfidenceThreshold: 1.01 }],
    [{ vadThreshold: -0.1 }],
    [{ voiceFocusThreshold: Number.NaN }],
    [{ keytermsPrompt: Array.from({ length: 101 }, () => "a") }],
    [{ prompt: "a".repeat(1751) }],
    [{ agentContext: "a".repeat(1751) }],
    [{ previousContextNTurns: 101 }],
    [{ inactivityTimeout: 4 }],
    [{ inactivityTimeout: 3601 }],
    [{ maxSpeakers: 0 }],
    [{ maxSpeakers: 11 }],
    [{ speakerLabelsRevisionIntervalMs: 86_400_001 }],
    [{ interruptionDelay: 1001 }],
  ])("%j is refused", (options) => {
    const name = Object.keys(options)[0];
    expect(() => query(options)).toThrow(
      expect.objectContaining({ code: "invalid-options", message: expect.stringMatching(`^${name}: `) }),
    );
  });

  test("is not: a hundred key terms, 1750 characters", () => {
    const keytermsPrompt = Array.from({ length: 100 }, () => "a");
    expect(() => query({ keytermsPrompt, prompt: "a".repeat(1750) })).not.toThrow();
  });

  test.each([
    [{ speechModel: "next-year" }, { speech_model: "next-year" }],
    [{ mode: "max_speed" }, { mode: "max_speed" }],
    [{ voiceFocus: "mid-field" }, { voice_focus: "mid-field" }],
    [{ redactPiiSub: "initials" }, { redact_pii_sub: "initials" }],
    [{ redactPiiPolicies: ["shoe_size"] }, { redact_pii_policies: '["shoe_size"]' }],
    [{ languageCodes: ["tlh"] }, { language_codes: '["tlh"]' }],
    [{ domain: "legal-v1" }, { domain: "legal-v1" }],
  ])("is not %j, which a newer service may take: it is sent", (options, sent) => {
    expect(query(options)).toMatchObject(sent);
  });
});

describe("deprecated names", () => {
  test.each([
    ["minEndOfTurnSilenceWhenConfident", 160, "minTurnSilence", 160],
    ["keyterms", ["a"], "keytermsPrompt", ["a"]],
    ["languageCode", "de", "languageCodes", ["de"]],
    ["noiseSuppressionModel", "far-field", "voiceFocus", "far-field"],
    ["noiseSuppressionThreshold", 0, "voiceFocusThreshold", 0],
  ])("%s becomes another, with a warning, and gives way to it", (old, value, name, moved) => {
    const warnings: string[] = [];
    expect(modernize({ [old]: value }, (message) => warnings.push(message))).toEqual({ [name]: moved });
    expect(modernize({ [old]: value, [name]: "new" }, (message) => warnings.push(message))).toEqual({ [name]: "new" });
    expect(warnings).toEqual([
      `${old} is deprecated: use ${name}.`,
      `${old} is deprecated: use ${name}. It is ignored, because ${name} is given.`,
    ]);
  });

  test("that are undefined are not there", () => {
    const warnings: string[] = [];
    expect(modernize({ keyterms: undefined }, (message) => warnings.push(message))).toEqual({});
    expect(warnings).toEqual([]);
  });

  test("of models, too", () => {
    const warnings: string[] = [];
    expect(modernize({ speechModel: "u3-pro" }, (message) => warnings.push(message))).toEqual({
      speechModel: "universal-3-5-pro",
    });
    expect(warnings).toEqual(['speechModel "u3-pro" is deprecated: use "universal-3-5-pro".']);
  });
});
