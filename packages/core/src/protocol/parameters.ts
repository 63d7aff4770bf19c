import {
  type Expected,
  expected,
  flag,
  isObject,
  numberFrom,
  oneOf,
  text,
  texts,
  textUpTo,
  wholeFrom,
} from "../options/expected.ts";
import type { PiiPolicy } from "./pii-policies.ts";

/** A value that autocompletes the known names and accepts any other. */
export type OpenSet<Known extends string> = Known | (string & {});

/** The service's models. The default is `universal-3-5-pro`. */
export type SpeechModel = OpenSet<
  | "universal-3-5-pro"
  | "universal-3-6-pro"
  | "universal-3-6"
  | "universal-3-7-preview"
  | "u3-rt-pro"
  | "u3-rt-pro-beta-1"
  | "u3-rt-agent"
  | "_universal-3-5-notetaker"
  | "universal-streaming-english"
  | "universal-streaming-multilingual"
  | "whisper-rt"
>;

/** Languages of the Universal-3 models. `multi` must be the only one; otherwise at most ten, and the first one sets the script. */
export type LanguageCode = OpenSet<
  | "en"
  | "es"
  | "de"
  | "fr"
  | "it"
  | "pt"
  | "tr"
  | "nl"
  | "sv"
  | "no"
  | "da"
  | "fi"
  | "hi"
  | "vi"
  | "ar"
  | "he"
  | "ja"
  | "ur"
  | "zh"
  | "ru"
  | "ko"
  | "ca"
  | "gl"
  | "ro"
  | "et"
  | "fa"
  | "yue"
  | "af"
  | "mr"
  | "zu"
  | "xh"
  | "nn"
  | "multi"
>;

/** Values of `mode`: low delay or accuracy, for the Universal-3 models. */
export type StreamingMode = OpenSet<"min_latency" | "balanced" | "max_accuracy">;

const integer = expected("a whole number", (value): value is number => Number.isInteger(value));
const fraction = numberFrom(0, 1);
const prompt = textUpTo(1750);

/** What `updateConfiguration` may change while a session runs (protocol section 3). */
export const expectedConfiguration = {
  /**
   * How sure the model must be that a turn has ended, 0–1. Universal-Streaming models.
   * @default 0.4
   */
  endOfTurnConfidenceThreshold: fraction,
  /**
   * Shortest silence that can end a turn, in ms: 50–10 000.
   * @default 400 for Universal-Streaming, 128 for universal-3-5-pro, 100 for u3-rt-pro
   */
  minTurnSilence: wholeFrom(50, 10_000),
  /**
   * Silence that always ends a turn, in ms.
   * @default 1280 for Universal-Streaming, 1536 for universal-3-5-pro, 1000 for u3-rt-pro
   */
  maxTurnSilence: integer,
  /**
   * How sure the voice detector must be that there is speech, 0–1.
   * @default 0.4 for Universal-Streaming, 0.2 for universal-3-5-pro, 0.3 for u3-rt-pro
   */
  vadThreshold: fraction,
  /**
   * Whether finals have punctuation and capitals. Universal-Streaming models.
   * @default false
   */
  formatTurns: flag,
  /** Words and names to expect, at most 100. */
  keytermsPrompt: texts(100),
  /** Instructions for the model, at most 1750 characters. Universal-3 models. */
  prompt,
  /** What the agent said last, at most 1750 characters. universal-3-5-pro. */
  agentContext: prompt,
  /** Whether profanity is masked. */
  filterProfanity: flag,
  interruptionDelay: wholeFrom(0, 1000),
  turnLeftPadMs: integer,
  /** Languages to expect. `multi` must be the only one; otherwise at most ten. */
  languageCodes: texts(),
  /** Whether the service sends a `Heartbeat` about every 5 s. */
  sessionHeartbeat: flag,
  /** Whether the service sends `Silence` events. */
  acknowledgeSilence: flag,
  continuousPartials: flag,
};

/** All connection parameters (protocol section 2). The wire name is the snake_case of the name here. */
export const expectedParameters = {
  ...expectedConfiguration,
  /**
   * The model.
   * @default "universal-3-5-pro"
   */
  speechModel: text,
  /** Sample rate of the audio, in Hz: 8000–96 000. Required for PCM; optional for `opus`, `ogg_opus` and `aac`. */
  sampleRate: wholeFrom(8000, 96_000),
  /**
   * Encoding of the audio. For `opus`, each write is one packet.
   * @default "pcm_s16le"
   */
  encoding: oneOf(["pcm_s16le", "pcm_mulaw", "opus", "ogg_opus", "aac"]),
  /** What the model prefers: low delay or accuracy. Universal-3 models. */
  mode: text,
  /**
   * How many earlier turns are context for the model, 0–100. universal-3-5-pro.
   * @default 5
   */
  previousContextNTurns: wholeFrom(0, 100),
  /** Whether finals have `language_code` and `language_confidence`. */
  languageDetection: flag,
  /**
   * The service ends the session after this many seconds without a message, 5–3600.
   * @default none
   */
  inactivityTimeout: numberFrom(5, 3600),
  /** Whether words and turns have a speaker. */
  speakerLabels: flag,
  /** The most speakers to distinguish, 1–10. */
  maxSpeakers: wholeFrom(1, 10),
  /** How often speaker labels are corrected, in ms; 0 for never. The service clamps it to 120 000–300 000. */
  speakerLabelsRevisionIntervalMs: wholeFrom(0, 86_400_000),
  domain: text,
  voiceFocus: text,
  /** How strongly other voices and noise are suppressed, 0–1. */
  voiceFocusThreshold: fraction,
  /** Whether personal data is masked in finals. */
  redactPii: flag,
  /** Kinds of personal data to mask. */
  redactPiiPolicies: texts(),
  /** What replaces personal data: `hash`, or `entity_name`. */
  redactPiiSub: text,
  includePartialTurns: flag,
  llmGateway: expected(
    "{ model, messages: [{ role, content }], max_tokens }, with strings and a number",
    isGatewayRequest,
  ),
  webhookUrl: text,
  webhookAuthHeaderName: text,
  webhookAuthHeaderValue: text,
  customerSupportAudioCapture: flag,
};

type Values<Table extends Record<string, Expected>> = {
  -readonly [Name in keyof Table]?: (Table[Name] extends Expected<infer Value> ? Value : never) | undefined;
};

interface GatewayRequest {
  model: string;
  messages: { role: string; content: string }[];
  max_tokens: number;
}

function isGatewayRequest(value: unknown): value is GatewayRequest {
  const { model, messages, max_tokens }: Record<string, unknown> = { ...Object(value) };
  return (
    text.fits(model) &&
    Array.isArray(messages) &&
    messages.every(
      (message) => isObject(message) && ["role", "content"].every((name) => text.fits(Reflect.get(message, name))),
    ) &&
    typeof max_tokens === "number"
  );
}

/**
 * Parameters that can change while a session runs. Durations are in ms, thresholds 0–1. The service decides which model
 * supports which, and the defaults; those given here are from its documentation.
 *
 * @example await session.updateConfiguration({ keytermsPrompt: ["Voxpipe"], minTurnSilence: 300 });
 */
export type SessionConfiguration = Omit<Values<typeof expectedConfiguration>, keyof OpenParameters> &
  Pick<OpenParameters, "languageCodes">;

/** Parameters with values that the service may add to: known ones autocomplete, others are sent unchanged. */
interface OpenParameters {
  speechModel?: SpeechModel | undefined;
  mode?: StreamingMode | undefined;
  languageCodes?: LanguageCode[] | undefined;
  voiceFocus?: OpenSet<"near-field" | "far-field"> | undefined;
  redactPiiPolicies?: OpenSet<PiiPolicy>[] | undefined;
  redactPiiSub?: OpenSet<"hash" | "entity_name"> | undefined;
}

/** Deprecated names, still accepted. If both are given, the new name is used. */
export interface DeprecatedParameters {
  /** @deprecated Use `minTurnSilence`. */
  minEndOfTurnSilenceWhenConfident?: number | undefined;
  /** @deprecated Use `keytermsPrompt`. */
  keyterms?: string[] | undefined;
  /** @deprecated Use `languageCodes`. */
  languageCode?: string | undefined;
  /** @deprecated Use `voiceFocus`. */
  noiseSuppressionModel?: OpenSet<"near-field" | "far-field"> | undefined;
  /** @deprecated Use `voiceFocusThreshold`. */
  noiseSuppressionThreshold?: number | undefined;
}

/** All parameters of a connection. `sampleRate` is optional only for `opus`, `ogg_opus` and `aac`. */
export type StreamingParameters = Omit<Values<typeof expectedParameters>, keyof OpenParameters> &
  OpenParameters &
  DeprecatedParameters;

const renamed: Readonly<Record<keyof DeprecatedParameters, keyof typeof expectedParameters>> = {
  minEndOfTurnSilenceWhenConfident: "minTurnSilence",
  keyterms: "keytermsPrompt",
  languageCode: "languageCodes",
  noiseSuppressionModel: "voiceFocus",
  noiseSuppressionThreshold: "voiceFocusThreshold",
};

/** Deprecated names, with what is expected of the new names. */
export const deprecatedParameters: Readonly<Record<string, Expected>> = {
  ...Object.fromEntries(Object.entries(renamed).map(([old, name]) => [old, expectedParameters[name]])),
  languageCode: text,
};

/** Replaces deprecated names and values by the new ones, each with a warning. */
export function modernize(
  given: Readonly<Record<string, unknown>>,
  warn: (message: string) => void,
): Record<string, unknown> {
  const options: Record<string, unknown> = { ...given };
  for (const [old, name] of Object.entries(renamed)) {
    const value = options[old];
    delete options[old];
    if (value === undefined) continue;
    warn(
      `${old} is deprecated: use ${name}.${options[name] === undefined ? "" : ` It is ignored, because ${name} is given.`}`,
    );
    options[name] ??= old === "languageCode" ? [value] : value;
  }
  if (options.speechModel === "u3-pro") {
    warn('speechModel "u3-pro" is deprecated: use "universal-3-5-pro".');
    options.speechModel = "universal-3-5-pro";
  }
  return options;
}

/** `minTurnSilence` → `min_turn_silence`. */
export function wireName(name: string): string {
  if (name === "customerSupportAudioCapture") return "_customer_support_audio_capture";
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
