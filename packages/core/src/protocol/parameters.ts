import * as v from "valibot";
import type { PiiPolicy } from "./pii-policies.ts";

/** A value that autocompletes the known names and takes any other. */
export type OpenSet<Known extends string> = Known | (string & {});

/** The service's models. A session that names none gets `universal-3-5-pro`. */
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

/** Languages of the Universal-3 models. `multi` goes alone; otherwise at most ten, and the first one sets the script. */
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

/** What `mode` trades against each other: delay and accuracy of the Universal-3 models. */
export type StreamingMode = OpenSet<"min_latency" | "balanced" | "max_accuracy">;

const boolean = v.boolean();
const string = v.string();
const strings = v.array(v.string());
const integer = v.pipe(v.number(), v.integer());
const range = (min: number, max: number) => v.pipe(v.number(), v.minValue(min), v.maxValue(max));
const whole = (min: number, max: number) => v.pipe(integer, v.minValue(min), v.maxValue(max));
const fraction = range(0, 1);
const prompt = v.pipe(string, v.maxLength(1750));

/** What `updateConfiguration` may change while a session runs (protocol section 3). */
export const configurationSchemas = {
  endOfTurnConfidenceThreshold: fraction,
  minTurnSilence: whole(50, 10_000),
  maxTurnSilence: integer,
  vadThreshold: fraction,
  formatTurns: boolean,
  keytermsPrompt: v.pipe(strings, v.maxLength(100)),
  prompt,
  agentContext: prompt,
  filterProfanity: boolean,
  interruptionDelay: whole(0, 1000),
  turnLeftPadMs: integer,
  languageCodes: strings,
  sessionHeartbeat: boolean,
  acknowledgeSilence: boolean,
  continuousPartials: boolean,
};

/** Every connection parameter (protocol section 2); its wire name is the snake_case of the name here. */
export const parameterSchemas = {
  ...configurationSchemas,
  speechModel: string,
  sampleRate: whole(8000, 96_000),
  encoding: v.picklist(["pcm_s16le", "pcm_mulaw", "opus", "ogg_opus", "aac"]),
  mode: string,
  previousContextNTurns: whole(0, 100),
  languageDetection: boolean,
  inactivityTimeout: range(5, 3600),
  speakerLabels: boolean,
  maxSpeakers: whole(1, 10),
  speakerLabelsRevisionIntervalMs: whole(0, 86_400_000),
  domain: string,
  voiceFocus: string,
  voiceFocusThreshold: fraction,
  redactPii: boolean,
  redactPiiPolicies: strings,
  redactPiiSub: string,
  includePartialTurns: boolean,
  llmGateway: v.object({
    model: string,
    messages: v.array(v.object({ role: string, content: string })),
    max_tokens: v.number(),
  }),
  webhookUrl: string,
  webhookAuthHeaderName: string,
  webhookAuthHeaderValue: string,
  customerSupportAudioCapture: boolean,
};

type Values<Schemas extends Record<string, v.GenericSchema>> = {
  -readonly [Name in keyof Schemas]?: v.InferOutput<Schemas[Name]> | undefined;
};

/**
 * Parameters that can change while a session runs. Durations in ms, thresholds 0–1. Which model takes which, and the
 * defaults, are the service's: see its documentation of the streaming API.
 */
export type SessionConfiguration = Omit<Values<typeof configurationSchemas>, keyof OpenParameters> &
  Pick<OpenParameters, "languageCodes">;

/** Parameters whose values the service adds to: the known ones autocomplete, and any other is sent as it is. */
interface OpenParameters {
  speechModel?: SpeechModel | undefined;
  mode?: StreamingMode | undefined;
  languageCodes?: LanguageCode[] | undefined;
  voiceFocus?: OpenSet<"near-field" | "far-field"> | undefined;
  redactPiiPolicies?: OpenSet<PiiPolicy>[] | undefined;
  redactPiiSub?: OpenSet<"hash" | "entity_name"> | undefined;
}

/** Deprecated names, still taken; the new name wins where both are given. */
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

/** Every parameter of a connection. `sampleRate` may be missing only for `opus`, `ogg_opus` and `aac`. */
export type StreamingParameters = Omit<Values<typeof parameterSchemas>, keyof OpenParameters> &
  OpenParameters &
  DeprecatedParameters;

const renamed: Readonly<Record<keyof DeprecatedParameters, keyof typeof parameterSchemas>> = {
  minEndOfTurnSilenceWhenConfident: "minTurnSilence",
  keyterms: "keytermsPrompt",
  languageCode: "languageCodes",
  noiseSuppressionModel: "voiceFocus",
  noiseSuppressionThreshold: "voiceFocusThreshold",
};

/** Deprecated names, with what those that replaced them take. */
export const deprecatedSchemas: Readonly<Record<string, v.GenericSchema>> = {
  ...Object.fromEntries(Object.entries(renamed).map(([old, name]) => [old, parameterSchemas[name]])),
  languageCode: string,
};

/** Moves deprecated names and values onto those that replaced them, each with a warning. */
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
      `${old} is deprecated: use ${name}.${options[name] === undefined ? "" : ` It is ignored, since ${name} is given.`}`,
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
