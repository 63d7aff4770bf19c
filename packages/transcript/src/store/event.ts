import { oneLine } from "../text/align.ts";

/**
 * The parts of an event that a transcript reads. Every `StreamingEvent` of `voxpipe` fits, and so does one with a `channel`.
 * The fields are `unknown` because the service is not trusted: each is checked where it is used.
 */
export interface TranscriptEvent {
  readonly type: string;
  readonly turn_order?: unknown;
  readonly turn_is_formatted?: unknown;
  readonly end_of_turn?: unknown;
  readonly transcript?: unknown;
  readonly words?: unknown;
  readonly language_code?: unknown;
  readonly speaker_label?: unknown;
  readonly channel?: unknown;
  readonly revisions?: unknown;
  readonly data?: unknown;
  readonly lost_ms?: unknown;
  readonly audio_duration_seconds?: unknown;
  readonly timestamp?: unknown;
}

/** Fields of an unchecked value. */
export type Fields = { readonly [name in string]?: unknown };

/** The value's fields; none if it is not an object. */
export function fieldsOf(value: unknown): Fields {
  // A number or string becomes an object without any of them.
  return Object(value);
}

/** The fields of each entry; no entries if it is not an array. */
export function fieldsOfAll(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.map(Object) : [];
}

/** A text on one line; undefined if it is empty or not a string. */
export function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? oneLine(value) || undefined : undefined;
}

/** A finite number; otherwise the other value. */
export function numberOf(value: unknown): number | undefined;
export function numberOf(value: unknown, otherwise: number): number;
export function numberOf(value: unknown, otherwise?: number): number | undefined {
  // False for all that is no number.
  return Number.isFinite(value) ? Number(value) : otherwise;
}
