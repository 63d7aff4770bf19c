import { createTranscript, type Labels, type TranscriptEvent, toWebVtt } from "@voxpipe/transcript";
import type { Entry } from "../log/entry.ts";

export interface SegmentTiming {
  /** Length of a segment, in ms. */
  readonly length: number;
  /** How long after its end a segment is published, in ms: a turn's final must have come by then to be in sync. */
  readonly delay: number;
}

/** Segment 0 begins when the room begins. */
export function newestSegment({ length, delay }: SegmentTiming, age: number): number {
  return Math.floor((age - delay) / length) - 1;
}

interface TimedWord {
  readonly word: object;
  /** In ms after the room's beginning. */
  readonly start: number;
  readonly end: number;
}

interface TimedTurn {
  readonly event: TranscriptEvent;
  readonly words: readonly TimedWord[];
  readonly time: number;
}

/** Of each entry once, however many segments are made. */
const turns = new WeakMap<Entry, TimedTurn>();

/**
 * The words of final turns that begin within a segment. A word of a final that came when its segment was already published
 * is in the first one that was not: late, but not lost. Which one that is depends on nothing but the entry, so that each word
 * is in one segment, the same on all processes.
 */
export function segmentText(entries: readonly Entry[], segment: number, timing: SegmentTiming, labels: Labels): string {
  const transcript = createTranscript();
  for (const [order, entry] of entries.entries()) {
    const turn = timedTurn(entry);
    const event = turn && partInSegment(turn, segment, timing);
    if (event) transcript.push({ ...event, turn_order: order });
  }
  return toWebVtt(transcript.snapshot, labels);
}

function partInSegment(
  turn: TimedTurn,
  segment: number,
  { length, delay }: SegmentTiming,
): TranscriptEvent | undefined {
  const firstOpen = Math.max(0, Math.floor((turn.time - delay) / length));
  const inSegment = turn.words.filter(({ start }) => Math.max(Math.floor(start / length), firstOpen) === segment);
  if (inSegment.length === 0) return undefined;
  const from = segment * length;
  const words = inSegment.map(({ word, start, end }) => {
    const shown = Math.max(start, from);
    return { ...word, start: shown, end: Math.min(Math.max(end, shown), from + length) };
  });
  // The text has the same words, unless the turn is cut: then they are put together.
  const transcript = words.length === turn.words.length ? turn.event.transcript : "";
  return { ...turn.event, end_of_turn: true, transcript, words };
}

function timedTurn(entry: Entry): TimedTurn | undefined {
  const known = turns.get(entry);
  if (known) return known;
  const event: TranscriptEvent = JSON.parse(entry.data);
  if (event.type !== "Turn") return undefined;
  const { base, time } = entry.clock;
  const words = list(event.words).map((word) => {
    const { start = 0, end = start } = numbers(word);
    return { word, start: Math.max(0, base + start), end: base + end };
  });
  const text = typeof event.transcript === "string" ? event.transcript : "";
  // A turn without words is one, from the moment when its final came.
  if (words.length === 0 && text !== "") words.push({ word: { text }, start: time, end: time });
  const turn = { event, words, time };
  turns.set(entry, turn);
  return turn;
}

function list(value: unknown): readonly object[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "object" && item !== null) : [];
}

function numbers(word: object): { readonly start?: number; readonly end?: number } {
  const number = (name: string) => {
    const value: unknown = Reflect.get(word, name);
    return typeof value === "number" && Number.isFinite(value) ? value : undefined;
  };
  const [start, end] = [number("start"), number("end")];
  return { ...(start !== undefined && { start }), ...(end !== undefined && { end }) };
}
