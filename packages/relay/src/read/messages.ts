import type { Entry } from "../log/entry.ts";
import { isAfter, type Position, positionText } from "../log/position.ts";
import type { RoomLog } from "../log/room-log.ts";
import { begin } from "../publish/publication.ts";

const encoder = new TextEncoder();
/** Each entry is written once for all of its readers. */
const encoded = new WeakMap<Entry, Uint8Array<ArrayBuffer>>();
const sessionBegin = encode(`data: ${begin}\n\n`);
/** Says that what came before is no longer held. */
const missed = encode('data: {"type":"Missed"}\n\n');

/** Keeps connections, and proxies between, from taking silence for an end. */
export const heartbeat = encode(": heartbeat\n\n");

/** What a reader is sent first: how long to wait before it reconnects, in ms. */
export function retryMessage(ms: number): Uint8Array<ArrayBuffer> {
  return encode(`retry: ${Math.round(ms)}\n\n`);
}

/** Server-sent events of what follows a position, and up to where they go. Empty if nothing follows. */
export interface Messages {
  readonly chunks: readonly Uint8Array<ArrayBuffer>[];
  readonly position: Position | undefined;
}

/** `position` undefined: from the beginning of what the room holds. */
export function messagesAfter(log: RoomLog, position: Position | undefined, mostBytes: number): Messages {
  const entries = log.after(position, mostBytes);
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let reached = position;
  if (entries.length > 0 && log.dropped && isAfter(log.dropped, position)) chunks.push(missed);
  for (const entry of entries) {
    // The Begin of its session may have been dropped as the oldest: without it, turn orders would not count again.
    const begins = positionText(entry.session) === positionText(entry.position);
    if (!begins && isAfter(entry.session, reached)) chunks.push(sessionBegin);
    chunks.push(message(entry));
    reached = entry.position;
  }
  return { chunks, position: reached };
}

function message(entry: Entry): Uint8Array<ArrayBuffer> {
  const known = encoded.get(entry);
  if (known) return known;
  const bytes = encode(`id: ${positionText(entry.position)}\ndata: ${entry.data}\n\n`);
  encoded.set(entry, bytes);
  return bytes;
}

function encode(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(text);
}

export function concat(chunks: readonly Uint8Array<ArrayBuffer>[]): Uint8Array<ArrayBuffer> {
  const [only] = chunks;
  if (chunks.length === 1 && only) return only;
  const whole = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
