import type { TranscriptEvent } from "@voxpipe/transcript";

type Fields = { readonly [name in string]?: unknown };

const wordFields = ["text", "start", "end", "confidence", "word_is_final", "speaker", "channel"];
const turnFields = [
  "turn_order",
  "turn_is_formatted",
  "end_of_turn",
  "transcript",
  "language_code",
  "speaker_label",
  "channel",
];

/**
 * What readers get of an event: the fields that a transcript reads, and nothing else. A session's id, its configuration and
 * prompts, which are in `Begin`, and fields that are not known here stay with the publisher. Undefined for events that say
 * nothing to a reader.
 */
export function readableEvent(event: TranscriptEvent): (Fields & { readonly type: string }) | undefined {
  const { type } = event;
  switch (type) {
    case "Turn":
      if (!isNumber(event.turn_order)) return undefined;
      return { type, ...pick(event, turnFields), words: list(event.words).map((word) => pick(word, wordFields)) };
    case "SpeakerRevision":
      return { type, revisions: list(event.revisions).map(revision) };
    case "LLMGatewayResponse":
      return isNumber(event.turn_order) ? { type, ...pick(event, ["turn_order", "data"]) } : undefined;
    case "Reconnected":
      return isNumber(event.lost_ms) && event.lost_ms > 0
        ? { type, ...pick(event, ["lost_ms", "channel"]) }
        : undefined;
    case "Termination":
      return { type, ...pick(event, ["audio_duration_seconds"]) };
    default:
      return undefined;
  }
}

function revision(value: unknown): Fields {
  const words = list(fieldsOf(value).words).map((word) => pick(word, ["speaker"]));
  return { ...pick(value, ["turn_order", "speaker_label"]), words };
}

/** The named fields that are there. */
function pick(value: unknown, names: readonly string[]): Fields {
  const fields = fieldsOf(value);
  return Object.fromEntries(names.flatMap((name) => (fields[name] === undefined ? [] : [[name, fields[name]]])));
}

function fieldsOf(value: unknown): Fields {
  return isFields(value) ? value : {};
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null;
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}
