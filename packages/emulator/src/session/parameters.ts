import * as v from "valibot";
import { type FieldName, type FieldValues, fields, readText, renamed, updatable } from "./parameter-fields.ts";
import { invalidParameter } from "./protocol-error.ts";

/** How a model behaves (protocol.md sections 4 and 8). */
export type ModelFamily = "US" | "U3";

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

/** A model's old name, and what it is called today. */
export const oldModel = "u3-pro";
export const currentModel = "u3-rt-pro";

/** `universal-streaming-*` and what else is not of the third generation speak like US. */
export function modelFamily(model: string): ModelFamily {
  return /^(u3|universal-3)/.test(model) ? "U3" : "US";
}

/**
 * Reads a connection's query string. Unknown names are ignored; a bad value of a known one throws a
 * `ProtocolError` 3006 with the service's text.
 *
 * @param defaultModel what an omitted `speech_model` means
 */
export function readParameters(query: URLSearchParams, defaultModel: string): Parameters {
  const given: Record<string, unknown> = {};
  for (const [name, text] of query) {
    const target = currentName(name);
    if (target === undefined || (target !== name && query.has(target))) continue;
    given[target] = check(target, name, readText(notationOf(name, target), text), name === "language_code");
  }
  const values: FieldValues = given;
  if (values.speech_model === oldModel) values.speech_model = currentModel;
  const settings = { ...defaultsOf(values.speech_model ?? defaultModel, values.redact_pii === true), ...values };
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
  return { ...current, ...changes };
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
  throw invalidParameter(name, result.issues[0].message);
}

function defaultsOf(model: string, redacted: boolean) {
  const shared = {
    speech_model: model,
    encoding: "pcm_s16le" as const,
    end_of_turn_confidence_threshold: 0.4,
    format_turns: false,
    include_partial_turns: !redacted,
  };
  if (modelFamily(model) === "US")
    return { ...shared, min_turn_silence: 400, max_turn_silence: 1_280, vad_threshold: 0.4 };
  if (model.startsWith("u3")) return { ...shared, min_turn_silence: 100, max_turn_silence: 1_000, vad_threshold: 0.3 };
  const silences = { min_turn_silence: 128, max_turn_silence: 1_536, vad_threshold: 0.2 };
  return { ...shared, ...silences, previous_context_n_turns: 5 };
}
