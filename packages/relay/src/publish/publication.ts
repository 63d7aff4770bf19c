import type { TranscriptEvent } from "@voxpipe/transcript";
import type { Entry, EntryClock } from "../log/entry.ts";
import { type Position, positionText } from "../log/position.ts";
import type { RoomLog } from "../log/room-log.ts";
import { RelayError } from "../relay-error.ts";
import { readableEvent } from "./readable-event.ts";

/** Most characters of an event. A turn of twenty minutes with all its words has about as many. */
const longestEvent = 256 * 1024;

interface Session {
  readonly position: Position;
  readonly base: number;
}

/**
 * From the events of one or more sessions to the entries of a room. Pure: it appends to the log and gets its time as an
 * argument. A publication begins with a `Begin`, from which turn orders and times count again, as a transcript expects.
 */
export class Publication {
  readonly #log: RoomLog;
  readonly #fence: number;
  #count = 0;
  #session: Session | undefined;
  /** Channels of the session that have begun; undefined is the only one of a session without channels. */
  readonly #begun = new Set<unknown>();
  /** When the room began, in ms since 1970. */
  #origin: number | undefined;
  /** Where the audio of all sessions ends so far, in ms after the origin. */
  #end = 0;

  /** Continues behind what `log` already holds. */
  constructor(log: RoomLog, fence: number) {
    this.#log = log;
    this.#fence = fence;
    for (const { clock, data } of log.after(undefined)) {
      this.#origin = clock.origin;
      this.#end = Math.max(this.#end, clock.base + endOf(JSON.parse(data)));
    }
  }

  /**
   * Appends what readers get of the event.
   *
   * @param now - in ms since 1970
   * @throws RelayError `event-too-large`, `invalid-event`; then nothing was appended
   */
  add(event: TranscriptEvent, now: number): void {
    if (event.type === "Begin") return this.#begin(event.channel, now);
    const readable = readableEvent(event);
    if (readable === undefined) return;
    const data = toJson(readable);
    this.#session ??= this.#newSession(now);
    const { position, base } = this.#session;
    const session = positionText(position);
    if (readable.type === "Turn") return this.#addTurn(`${session}/${readable.turn_order}`, readable, data, now);
    const key =
      readable.type === "LLMGatewayResponse"
        ? `${session}/${readable.turn_order}/response`
        : `${session}/${this.#count}+`;
    this.#append({ key, kept: true, session: position, clock: this.#clock(base, now), data });
  }

  /** Makes what is left of open turns permanent: no final will come. */
  settle(): void {
    for (const entry of this.#log.open) this.#append({ ...entry, kept: true });
  }

  #begin(channel: unknown, now: number): void {
    if (this.#session === undefined || this.#begun.has(channel)) this.#session = this.#newSession(now);
    this.#begun.add(channel);
  }

  #newSession(now: number): Session {
    this.settle();
    this.#begun.clear();
    this.#origin ??= now;
    const base = Math.max(this.#end, now - this.#origin);
    const position = { fence: this.#fence, count: this.#count };
    const session = { position, base };
    const clock = this.#clock(base, now);
    this.#append({ key: positionText(position), kept: true, session: position, clock, data: begin });
    return session;
  }

  #addTurn(key: string, event: { readonly [name in string]?: unknown }, data: string, now: number): void {
    const known = this.#log.findKept(key);
    const isFinal = event.end_of_turn === true;
    if (known !== undefined && (!isFinal || (isFormatted(known) && event.turn_is_formatted !== true))) return;
    const { position, base } = this.#session ?? this.#newSession(now);
    const clock = this.#clock(base, now);
    const time = known?.clock.time ?? clock.time;
    this.#append({ key, kept: isFinal, session: position, clock: { ...clock, time }, data });
    if (isFinal) this.#end = Math.max(this.#end, base + endOf(event));
  }

  #clock(base: number, now: number): EntryClock {
    this.#origin ??= now;
    return { origin: this.#origin, base, time: now - this.#origin };
  }

  #append(entry: Omit<Entry, "position">): void {
    this.#log.append({ ...entry, position: { fence: this.#fence, count: this.#count++ } });
  }
}

interface Readable {
  readonly type: string;
  readonly words?: unknown;
}

/** All of a `Begin` that readers get. */
export const begin = '{"type":"Begin"}';

function toJson(event: Readable): string {
  let data = stringify(event);
  if (data.length > longestEvent && event.words !== undefined) data = stringify({ ...event, words: [] });
  if (data.length <= longestEvent) return data;
  throw new RelayError("event-too-large", `A ${event.type} event has ${data.length} characters as JSON.`, {
    remedy: `It was not relayed: at most ${longestEvent} are sent to readers.`,
  });
}

function stringify(event: Readable): string {
  try {
    return JSON.stringify(event);
  } catch (cause) {
    throw new RelayError("invalid-event", `A ${event.type} event cannot be written as JSON.`, {
      remedy: "It was not relayed: publish events as the service sends them.",
      cause,
    });
  }
}

/** Where the last word ends, in ms after the session's beginning. */
function endOf(event: { readonly words?: unknown }): number {
  const last: unknown = Array.isArray(event.words) ? event.words.at(-1) : undefined;
  const end = typeof last === "object" && last !== null && "end" in last ? last.end : undefined;
  return typeof end === "number" && Number.isFinite(end) ? end : 0;
}

function isFormatted({ data }: Entry): boolean {
  return JSON.parse(data).turn_is_formatted === true;
}
