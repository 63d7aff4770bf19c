import type { Entry } from "../../log/entry.ts";
import { type Position, parsePosition, positionText } from "../../log/position.ts";

/** An entry as it comes out of a stream, and the position of the one that was stored before it. */
export interface StoredEntry {
  readonly entry: Entry;
  readonly previous: Position | undefined;
}

/** The field `m` of a stream's entry; `d` is the data. */
export function metaText({ key, kept, session, clock }: Entry, previous: Position | undefined): string {
  return JSON.stringify({
    k: key,
    f: kept ? 1 : 0,
    s: positionText(session),
    o: clock.origin,
    b: clock.base,
    t: clock.time,
    ...(previous && { p: positionText(previous) }),
  });
}

/** What XRANGE returns. Entries that are not ours are left out: the keys are anybody's who has the password. */
export function readRange(reply: unknown): StoredEntry[] {
  return list(reply).flatMap((item) => {
    const [id, fields] = list(item);
    const [, meta, , data] = list(fields);
    const read = readEntry(String(id), meta, data);
    return read ? [read] : [];
  });
}

/** What XREAD returns: of each stream its key and its entries. */
export function readStreams(reply: unknown): { readonly key: string; readonly stored: StoredEntry[] }[] {
  return list(reply).map((stream) => {
    const [key, entries] = list(stream);
    return { key: String(key), stored: readRange(entries) };
  });
}

function readEntry(id: string, meta: unknown, data: unknown): StoredEntry | undefined {
  const position = parsePosition(id);
  if (position === undefined || typeof meta !== "string" || typeof data !== "string" || !isEvent(data))
    return undefined;
  const fields = parse(meta);
  const session = parsePosition(String(fields.s));
  if (session === undefined || typeof fields.k !== "string") return undefined;
  const clock = { origin: number(fields.o), base: number(fields.b), time: number(fields.t) };
  const entry = { position, key: fields.k, kept: fields.f === 1, session, clock, data };
  return { entry, previous: parsePosition(String(fields.p)) };
}

/** On one line, since readers are sent it as it is. */
function isEvent(data: string): boolean {
  return !/[\r\n]/.test(data) && typeof parse(data).type === "string";
}

function parse(text: string): { readonly [name in string]?: unknown } {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}

function number(value: unknown): number {
  return typeof value === "number" ? value : 0;
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
