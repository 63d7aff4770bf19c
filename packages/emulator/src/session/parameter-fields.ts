import * as v from "valibot";
import { languageCodes, mostLanguageCodes } from "./language-codes.ts";
import { speechModels } from "./models.ts";

/** How a value is written in a query string. */
type Notation = "text" | "integer" | "number" | "boolean" | "json";

/** A parameter: how its text is read, and what its value must be. */
export interface Field<Value = unknown> {
  readonly notation: Notation;
  readonly schema: v.GenericSchema<unknown, Value>;
}

/** The encodings of protocol.md section 2. */
const encodings = ["pcm_s16le", "pcm_mulaw", "opus", "ogg_opus", "aac"] as const;

const wantObject = "Value error, Invalid JSON object";
const termList = list("Invalid JSON array", 100);
const textList = list("Invalid JSON array");
const milliseconds = (min: number, max: number) => integer(min, max);

/** Every known parameter by its wire name (protocol.md section 2), except `token`. */
export const fields = {
  speech_model: literal(speechModels),
  sample_rate: {
    notation: "integer",
    schema: v.pipe(
      wholeNumber(),
      v.minValue(8_000, "Value error, sample_rate must be at least 8,000 Hz"),
      v.maxValue(96_000, "Value error, sample_rate must be at most 96,000 Hz"),
    ),
  },
  encoding: oneOf(encodings, "Encoding"),
  mode: oneOf(["min_latency", "balanced", "max_accuracy"], "Mode"),
  min_turn_silence: milliseconds(50, 10_000),
  max_turn_silence: milliseconds(50, 60_000),
  end_of_turn_confidence_threshold: fraction(),
  vad_threshold: fraction(),
  format_turns: boolean(),
  keyterms_prompt: termList,
  prompt: limitedText("prompt", 1_750),
  agent_context: limitedText("agent_context", 1_750),
  previous_context_n_turns: integer(0, 100),
  language_codes: {
    notation: "json",
    schema: v.pipe(
      v.array(literal(languageCodes).schema, "Value error, Invalid JSON array"),
      v.maxLength(
        mostLanguageCodes,
        ({ received }) => `List should have at most ${mostLanguageCodes} items after validation, not ${received}`,
      ),
      v.check(
        (codes) => codes.length < 2 || !codes.includes("multi"),
        "Value error, 'multi' cannot be combined with other language codes",
      ),
    ),
  },
  language_detection: boolean(),
  inactivity_timeout: integer(5, 3_600),
  speaker_labels: boolean(),
  max_speakers: integer(1, 10),
  speaker_labels_revision_interval_ms: milliseconds(0, 86_400_000),
  domain: oneOf(["medical-v1"], "Domain"),
  voice_focus: oneOf(["near-field", "far-field"], "VoiceFocus"),
  voice_focus_threshold: fraction(),
  filter_profanity: boolean(),
  redact_pii: boolean(),
  redact_pii_policies: textList,
  redact_pii_sub: oneOf(["hash", "entity_name"], "RedactPiiSub"),
  include_partial_turns: boolean(),
  continuous_partials: boolean(),
  interruption_delay: milliseconds(0, 1_000),
  turn_left_pad_ms: milliseconds(0, 60_000),
  session_heartbeat: boolean(),
  acknowledge_silence: boolean(),
  llm_gateway: {
    notation: "json",
    schema: v.looseObject(
      {
        model: v.string("Value error, 'model' is required"),
        messages: v.optional(
          v.array(
            v.looseObject({ role: v.string("Value error, 'role' is required"), content: v.unknown() }, wantObject),
            "Value error, 'messages' must be an array",
          ),
        ),
        max_tokens: v.optional(wholeNumber()),
      },
      wantObject,
    ),
  },
  webhook_url: text(),
  webhook_auth_header_name: text(),
  webhook_auth_header_value: text(),
  _customer_support_audio_capture: boolean(),
} as const satisfies Record<string, Field>;

export type FieldName = keyof typeof fields;
export type FieldValues = { -readonly [Name in FieldName]?: v.InferOutput<(typeof fields)[Name]["schema"]> };

/** Old names and what they are called today. */
export const renamed = {
  min_end_of_turn_silence_when_confident: "min_turn_silence",
  keyterms: "keyterms_prompt",
  language_code: "language_codes",
  noise_suppression_model: "voice_focus",
  noise_suppression_threshold: "voice_focus_threshold",
} as const satisfies Record<string, FieldName>;

/** What `UpdateConfiguration` may change (protocol.md section 3). */
export const updatable: ReadonlySet<string> = new Set<FieldName>([
  "end_of_turn_confidence_threshold",
  "min_turn_silence",
  "max_turn_silence",
  "vad_threshold",
  "format_turns",
  "keyterms_prompt",
  "prompt",
  "agent_context",
  "filter_profanity",
  "interruption_delay",
  "turn_left_pad_ms",
  "language_codes",
  "session_heartbeat",
  "acknowledge_silence",
  "continuous_partials",
]);

/** What the service takes for a boolean, in any case. */
const booleans = new Map([
  ...["true", "1", "yes", "on", "t", "y"].map((text) => [text, true] as const),
  ...["false", "0", "no", "off", "f", "n"].map((text) => [text, false] as const),
]);

/** Parses a query string's value; text that cannot be parsed stays text, for the schema to refuse. */
export function readText(notation: Notation, value: string): unknown {
  switch (notation) {
    case "text":
      return value;
    case "integer":
    case "number":
      return value.trim() === "" || Number.isNaN(Number(value)) ? value : Number(value);
    case "boolean":
      return booleans.get(value.toLowerCase()) ?? value;
    case "json":
      try {
        return JSON.parse(value);
      } catch {
        return value;
      }
  }
}

function text() {
  return { notation: "text", schema: v.string("Input should be a valid string") } as const;
}

function limitedText(name: string, most: number) {
  return {
    notation: "text",
    schema: v.pipe(
      v.string("Input should be a valid string"),
      v.check(
        (value) => characters(value) <= most,
        ({ input }) => `Value error, ${name} exceeds maximum length of ${most} characters (got ${characters(input)})`,
      ),
    ),
  } as const;
}

/** As the service counts them: code points. */
function characters(value: string): number {
  return [...value].length;
}

/** One of a closed set, which the service lists when it refuses. */
function literal<const Options extends readonly string[]>(options: Options) {
  const names = options.map((option) => `'${option}'`);
  const reason = `Input should be ${names.slice(0, -1).join(", ")} or ${names.at(-1)}`;
  return { notation: "text", schema: v.picklist(options, reason) } as const;
}

function boolean() {
  return {
    notation: "boolean",
    schema: v.boolean("Input should be a valid boolean, unable to interpret input"),
  } as const;
}

function wholeNumber() {
  const unreadable = "Input should be a valid integer, unable to parse string as an integer";
  return v.pipe(v.number(unreadable), v.integer("Input should be a valid integer"));
}

function integer(min: number, max: number) {
  return {
    notation: "integer",
    schema: v.pipe(wholeNumber(), v.minValue(min, atLeast(min)), v.maxValue(max, atMost(max))),
  } as const;
}

function fraction() {
  const unreadable = "Input should be a valid number, unable to parse string as a number";
  return {
    notation: "number",
    schema: v.pipe(v.number(unreadable), v.minValue(0, atLeast(0)), v.maxValue(1, atMost(1))),
  } as const;
}

function oneOf<const Options extends readonly string[]>(options: Options, kind: string) {
  return {
    notation: "text",
    schema: v.picklist(options, (issue) => `'${String(issue.input)}' is not a valid ${kind}`),
  } as const;
}

function list(reason: string, max?: number) {
  const schema = v.array(v.string("Input should be a valid string"), `Value error, ${reason}`);
  return {
    notation: "json",
    schema: max === undefined ? schema : v.pipe(schema, v.maxLength(max, `Value error, Max ${max} items`)),
  } as const;
}

function atLeast(min: number): string {
  return `Input should be greater than or equal to ${min}`;
}

function atMost(max: number): string {
  return `Input should be less than or equal to ${max}`;
}
