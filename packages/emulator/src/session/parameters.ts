import * as v from "valibot";
import { modelDefaults, modelFamily, type SpeechModel } from "./models.ts";
import { type FieldName, type FieldValues, fields, readText, renamed, updatable } from "./parameter-fields.ts";
import { invalidParameter } from "./protocol-error.ts";

/** A session's settings: what the client gave, over the defaults of its model. Wire names, native values. */
export type Parameters = Omit<FieldValues, Defaulted> & Required<Pick<FieldValues, Defaulted>>;

type Defaulted =
  | "speech_model"
  | "encoding"
  | "min_turn_silence"
  | "max_turn_silence"
  | "end_of_turn_confidence_threshold"
  | "vad_threshold"
  | "format_turns"
  | "include_partial_turns";

/** What other models than those of U3 ignore (protocol.md section 11); `mode` they refuse. */
const onlyU3: readonly FieldName[] = [
  "prompt",
  "agent_context",
  "previous_context_n_turns",
  "continuous_partials",
  "interruption_delay",
  "voice_focus",
  "voice_focus_threshold",
  "language_codes",
];

/**
 * Reads a connection's query string. Unknown names are ignored; a bad value of a known one throws a
 * `ProtocolError` 3006 with the service's text.
 *
 * @param defaultModel what an omitted `speech_model` means
 */
export function readParameters(query: URLSearchParams, defaultModel: SpeechModel): Parameters {
  const given: Record<string, unknown> = {};
  for (const [name, text] of query) {
    const target = currentName(name);
    if (target === undefined || (target !== name && query.has(target))) continue;
    given[target] = check(target, name, readText(notationOf(name, target), text), name === "language_code");
  }
  const values: FieldValues = given;
  const model = values.speech_model ?? defaultModel;
  if (modelFamily(model) === "US" && values.mode !== undefined)
    throw invalidParameter("mode", `Value error, mode is not supported for speech_model '${model}'`);
  const settings = { ...defaultsOf(model, values), ...heeded(values, model) };
  if (settings.sample_rate === undefined && settings.encoding.startsWith("pcm_"))
    throw invalidParameter("sample_rate", `Value error, sample_rate is required for ${settings.encoding}`);
  const interval = settings.speaker_labels_revision_interval_ms;
  if (interval) settings.speaker_labels_revision_interval_ms = Math.min(300_000, Math.max(120_000, interval));
  return settings;
}

/**
 * The settings after an `UpdateConfiguration`. Fields that cannot be changed in mid-session, and unknown ones, are
 * ignored; a bad value throws a `ProtocolError` 3006.
 */
export function updateParameters(current: Parameters, message: Readonly<Record<string, unknown>>): Parameters {
  const changes: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(message)) {
    const target = currentName(name);
    if (target === undefined || !updatable.has(target) || value === null) continue;
    if (target !== name && target in message) continue;
    changes[target] = check(target, name, value, name === "language_code");
  }
  return { ...current, ...heeded(changes, current.speech_model) };
}

/** Without what this model ignores. */
function heeded(values: FieldValues, model: SpeechModel): FieldValues {
  if (modelFamily(model) === "U3") return values;
  const rest = { ...values };
  for (const name of onlyU3) delete rest[name];
  return rest;
}

function currentName(name: string): FieldName | undefined {
  if (Object.hasOwn(renamed, name)) return renamed[name as keyof typeof renamed];
  return Object.hasOwn(fields, name) ? (name as FieldName) : undefined;
}

/** `language_code` was one plain string before it became a list. */
function notationOf(name: string, target: FieldName) {
  return name === "language_code" ? "text" : fields[target].notation;
}

function check(target: FieldName, name: string, value: unknown, single: boolean): unknown {
  const result = v.safeParse(fields[target].schema, single ? [value] : value);
  if (result.success) return result.output;
  const [issue] = result.issues;
  const index = v.getDotPath(issue);
  // Members of a list are named by their place: `language_codes.0`.
  const member = !single && index !== null && /^\d+$/.test(index);
  throw invalidParameter(member ? `${name}.${index}` : name, issue.message);
}

function defaultsOf(model: SpeechModel, { redact_pii, speaker_labels }: FieldValues) {
  return {
    speech_model: model,
    encoding: "pcm_s16le" as const,
    end_of_turn_confidence_threshold: 0.4,
    format_turns: false,
    include_partial_turns: redact_pii !== true,
    ...(modelFamily(model) === "U3" && { continuous_partials: speaker_labels !== true }),
    ...modelDefaults(model),
  };
}
