import { fieldsOf, numberOf, textOf } from "../store/event.ts";
import { createSnapshot, type TranscriptSnapshot } from "../store/snapshot.ts";
import type { Gap, Turn, Word } from "../store/turn.ts";

/** A transcript as plain data, for `JSON.stringify`, a database, or a page that will be reloaded. */
export interface TranscriptJson {
  readonly version: 1;
  readonly turns: readonly Turn[];
  readonly partials: readonly Turn[];
  /** `order` of the partial that was updated last. */
  readonly partial?: number | undefined;
  readonly gaps: readonly Gap[];
  readonly dropped: number;
}

export function toJson({ turns, partials, partial, gaps, dropped }: TranscriptSnapshot): TranscriptJson {
  return { version: 1, turns, partials, partial: partial?.order, gaps, dropped };
}

/**
 * Restores the transcript that `toJson` converted, also after `JSON.parse`. Ignores unknown fields.
 *
 * @example
 * const saved = sessionStorage.getItem("transcript");
 * const transcript = createTranscript(saved ? { from: fromJson(JSON.parse(saved)) } : {});
 * @throws TypeError with the `code` `"invalid-transcript"` for anything else
 */
export function fromJson(json: unknown): TranscriptSnapshot {
  const fields = fieldsOf(json);
  if (fields.version !== 1) throw invalid("version", fields.version);
  const turns = list(fields.turns, "turns").map(turn);
  const partials = list(fields.partials, "partials").map(turn);
  const gaps = list(fields.gaps, "gaps").map(gap);
  const unordered = turns.find(({ order }, i) => order <= (turns[i - 1]?.order ?? -1));
  if (unordered) throw invalid("turns", `order ${unordered.order} after a higher one`);
  const content = {
    finals: [turns],
    partials: Object.freeze(partials),
    partial: partials.find(({ order }) => order === fields.partial) ?? partials.at(-1),
    gaps: Object.freeze(gaps),
    dropped: number(fields.dropped, "dropped"),
  };
  return createSnapshot(content, { list: [] });
}

function turn(value: unknown): Turn {
  const fields = fieldsOf(value);
  return Object.freeze({
    order: number(fields.order, "order"),
    text: text(fields.text, "text"),
    stableText: text(fields.stableText, "stableText"),
    words: Object.freeze(list(fields.words, "words").map(word)),
    start: number(fields.start, "start"),
    end: number(fields.end, "end"),
    isFinal: fields.isFinal === true,
    isFormatted: fields.isFormatted === true,
    speaker: textOf(fields.speaker),
    channel: textOf(fields.channel),
    language: textOf(fields.language),
    response: fields.response,
  });
}

function word(value: unknown): Word {
  const fields = fieldsOf(value);
  return Object.freeze({
    text: text(fields.text, "text"),
    start: number(fields.start, "start"),
    end: number(fields.end, "end"),
    confidence: numberOf(fields.confidence),
    isFinal: fields.isFinal === true,
    speaker: textOf(fields.speaker),
    channel: textOf(fields.channel),
  });
}

function gap(value: unknown): Gap {
  const fields = fieldsOf(value);
  return Object.freeze({
    start: number(fields.start, "start"),
    lostMs: number(fields.lostMs, "lostMs"),
    afterOrder: number(fields.afterOrder, "afterOrder"),
    channel: textOf(fields.channel),
  });
}

function list(value: unknown, name: string): readonly unknown[] {
  if (!Array.isArray(value)) throw invalid(name, value);
  return value;
}

function number(value: unknown, name: string): number {
  const known = numberOf(value);
  if (known === undefined) throw invalid(name, value);
  return known;
}

function text(value: unknown, name: string): string {
  if (typeof value !== "string") throw invalid(name, value);
  return value;
}

function invalid(name: string, value: unknown): TypeError & { readonly code: "invalid-transcript" } {
  const shown = String(JSON.stringify(value)).slice(0, 80);
  const message = `This is not a transcript: ${name} is ${shown}. Pass what toJson returned.`;
  return Object.assign(new TypeError(message), { code: "invalid-transcript" as const });
}
