import type { Platform } from "../connection/socket.ts";
import { explainLock } from "../errors/explain-lock.ts";
import { sizeOf } from "../protocol/message-size.ts";
import type { StreamingEvent } from "../protocol/messages.ts";

/** From this many waiting events on, what a newer event restates is replaced. */
const replaceFrom = 256;
/** What every event is counted with, beside its message. */
const bytesPerEvent = 256;
/** Of what may be dropped: partials, announcements, warnings, what was not recognized. Beyond this the oldest go. */
const mostPassing = 4 * 1024 * 1024;
/** Of what is never dropped. Both forms of all finals of ten hours of speech are about 26 MB. */
const mostKept = 32 * 1024 * 1024;

/** A turn's number, or the type of an event of which only the newest matters. */
type ReplacementKey = number | string;

interface Slot {
  /** Undefined once a final turn has made it superfluous. */
  event: StreamingEvent | undefined;
  bytes: number;
  /** Its place among all events. */
  readonly serial: number;
}

export interface EventQueueListener {
  /** The reader has an event. */
  read(event: StreamingEvent): void;
  /** The reader wants no more; its `cancel()` waits for the promise. */
  cancelled(): Promise<void>;
  /** An event was dropped since the reader is too slow. */
  dropped(): void;
  /** More waits than may be kept, and none of it may be dropped. What waits can still be read. */
  overflowed(): void;
}

/**
 * The way from the connections to the reader. An end or an error takes effect once all events before it were read. A reader
 * that lags behind loses partials that a newer reading of the same turn restates; then, beyond 4 MiB, the oldest of what is
 * not final. Finals are never dropped: beyond 32 MiB of them the listener has to end the session.
 */
export class EventQueue {
  readonly stream: ReadableStream<StreamingEvent>;
  #controller: ReadableStreamDefaultController<StreamingEvent> | undefined;
  /** What is never dropped, and what may be: each in its order, and together in that of their serials. */
  readonly #kept = new Lane();
  readonly #passing = new Lane();
  #serial = 0;
  readonly #replaceable = new Map<ReplacementKey, Slot>();
  readonly #listener: EventQueueListener;
  /** Whether a read waits for an event. */
  #wanted = false;
  #end: { readonly error?: unknown } | undefined;

  constructor(streams: Platform["streams"], listener: EventQueueListener) {
    this.#listener = listener;
    this.stream = new streams.ReadableStream<StreamingEvent>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => this.#pulled(),
        cancel: () => {
          this.#controller = undefined;
          this.#clear();
          return listener.cancelled();
        },
      },
      { highWaterMark: 0 },
    );
    if (!(Symbol.asyncIterator in this.stream)) iterable(this.stream);
    explainLock(
      this.stream,
      "session.events is being read already, and each event goes to one reader. For two readers, call " +
        "session.events.tee() first and read its two streams; or read once, and hand on what you read. To end the " +
        "session, call session.close().",
    );
  }

  /** @param text The message that it was read from. */
  push(event: StreamingEvent, text = ""): void {
    if (this.#end || !this.#controller) return;
    if (this.#wanted) {
      this.#wanted = false;
      this.#handOver(this.#controller, event);
      return;
    }
    const bytes = bytesPerEvent + (event.type === "Unrecognized" ? event.raw.length : sizeOf(text));
    const key = replacementKey(event);
    const earlier = this.#waiting >= replaceFrom && key !== undefined ? this.#replaceable.get(key) : undefined;
    if (isKept(event)) {
      if (earlier) this.#passing.vacate(earlier);
      if (key !== undefined) this.#replaceable.delete(key);
      this.#kept.push({ event, bytes, serial: this.#serial++ });
      if (this.#kept.bytes > mostKept) this.#listener.overflowed();
      return;
    }
    const replacement = earlier?.event && replacing(earlier.event, event);
    if (earlier && replacement) this.#passing.replace(earlier, replacement, bytes);
    else this.#append({ event, bytes, serial: this.#serial++ }, key);
    while (this.#passing.bytes > mostPassing) if (this.#take(this.#passing)) this.#listener.dropped();
  }

  /** No more events. With `error`, the reader meets it after the last one. */
  end(end: { readonly error?: unknown }): void {
    this.#end ??= end;
    if (this.#waiting === 0) this.#settle();
  }

  get #waiting(): number {
    return this.#kept.size + this.#passing.size;
  }

  #append(slot: Slot, key: ReplacementKey | undefined): void {
    this.#passing.push(slot);
    if (key !== undefined) this.#replaceable.set(key, slot);
  }

  #pulled(): void {
    const kept = this.#kept.first;
    const passing = this.#passing.first;
    const event = this.#take(kept && !(passing && passing.serial < kept.serial) ? this.#kept : this.#passing);
    if (!event) {
      this.#wanted = true;
      if (this.#end) this.#settle();
      return;
    }
    if (this.#controller) this.#handOver(this.#controller, event);
    if (this.#end && this.#waiting === 0) this.#settle();
  }

  /** The oldest event of a lane, which leaves the queue. */
  #take(lane: Lane): StreamingEvent | undefined {
    const slot = lane.shift();
    const key = slot?.event && replacementKey(slot.event);
    if (key !== undefined && this.#replaceable.get(key) === slot) this.#replaceable.delete(key);
    return slot?.event;
  }

  #handOver(controller: ReadableStreamDefaultController<StreamingEvent>, event: StreamingEvent): void {
    controller.enqueue(event);
    this.#listener.read(event);
  }

  #clear(): void {
    this.#kept.clear();
    this.#passing.clear();
    this.#replaceable.clear();
  }

  #settle(): void {
    const controller = this.#controller;
    if (!controller || !this.#end) return;
    // A reader that released its lock while it waited leaves an event in the stream, which an error would discard.
    if ("error" in this.#end && (controller.desiredSize ?? 0) < 0) return;
    this.#controller = undefined;
    if ("error" in this.#end) controller.error(this.#end.error);
    else controller.close();
  }
}

/** Slots in their order, and what they hold. */
class Lane {
  bytes = 0;
  /** How many have an event. */
  size = 0;
  #slots: Slot[] = [];
  #head = 0;

  get first(): Slot | undefined {
    while (this.#head < this.#slots.length && !this.#slots[this.#head]?.event) this.#head++;
    return this.#slots[this.#head];
  }

  push(slot: Slot): void {
    this.#slots.push(slot);
    this.#count(slot.bytes, 1);
  }

  shift(): Slot | undefined {
    const slot = this.first;
    if (!slot) return undefined;
    this.#head++;
    this.#count(-slot.bytes, -1);
    if (this.#head * 2 > this.#slots.length) {
      this.#slots.splice(0, this.#head);
      this.#head = 0;
    }
    return slot;
  }

  replace(slot: Slot, event: StreamingEvent, bytes: number): void {
    this.#count(bytes - slot.bytes, 0);
    slot.event = event;
    slot.bytes = bytes;
  }

  /** Its place stays, without an event. There are no more of these than finals. */
  vacate(slot: Slot): void {
    slot.event = undefined;
    this.#count(-slot.bytes, -1);
  }

  clear(): void {
    this.#slots = [];
    this.#head = this.bytes = this.size = 0;
  }

  #count(bytes: number, events: number): void {
    this.bytes += bytes;
    this.size += events;
  }
}

/** Events of the same key restate each other. */
function replacementKey(event: StreamingEvent): ReplacementKey | undefined {
  switch (event.type) {
    case "Turn":
      return event.turn_order;
    case "Heartbeat":
    case "Silence":
      return event.type;
    default:
      return undefined;
  }
}

/** What no later event makes up for: what was said, and how the connection changed. */
function isKept(event: StreamingEvent): boolean {
  switch (event.type) {
    case "Turn":
      return event.end_of_turn;
    case "Begin":
    case "Reconnected":
    case "Termination":
    case "SpeakerRevision":
    case "LLMGatewayResponse":
      return true;
    default:
      return false;
  }
}

/** What takes the place of `earlier`. Two silences do only as one: with speech between them they stay two. */
function replacing(earlier: StreamingEvent, later: StreamingEvent): StreamingEvent | undefined {
  if (later.type !== "Silence" || earlier.type !== "Silence") return later;
  return later.start_ms <= earlier.end_ms ? { ...later, start_ms: earlier.start_ms } : undefined;
}

/** WebKit's `ReadableStream` has no async iterator; `for await` gets one that cancels the stream on `break`, as the standard's does. */
function iterable<T>(stream: ReadableStream<T>): void {
  Object.defineProperty(stream, Symbol.asyncIterator, {
    configurable: true,
    async *value() {
      const reader = stream.getReader();
      let done = false;
      try {
        for (;;) {
          const result = await reader.read();
          done = result.done;
          if (result.done) return;
          yield result.value;
        }
      } catch (error) {
        done = true;
        throw error;
      } finally {
        if (!done) await reader.cancel();
        reader.releaseLock();
      }
    },
  });
}
