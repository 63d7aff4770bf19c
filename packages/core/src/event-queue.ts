import type { StreamingEvent } from "./messages.ts";
import type { Platform } from "./socket.ts";

/** From this many waiting events on, what a newer event restates is replaced. */
const replaceFrom = 256;

/** A turn's number, or the type of an event of which only the newest matters. */
type ReplacementKey = number | string;

interface Slot {
  event: StreamingEvent;
}

/**
 * The way from the connections to the reader. Nothing is discarded: an end or an error takes effect once all events before
 * it were read. A reader that lags behind costs the memory of final turns only, since a partial that a newer one of the
 * same turn restates gives up its place.
 */
export class EventQueue {
  readonly stream: ReadableStream<StreamingEvent>;
  #controller: ReadableStreamDefaultController<StreamingEvent> | undefined;
  #slots: Slot[] = [];
  #head = 0;
  readonly #replaceable = new Map<ReplacementKey, Slot>();
  /** Whether a read waits for an event. */
  #wanted = false;
  #end: { readonly error?: unknown } | undefined;

  /** `cancelled` is called when the reader wants no more; its promise is what the reader's `cancel()` waits for. */
  constructor(streams: Platform["streams"], cancelled: () => Promise<void>) {
    this.stream = new streams.ReadableStream<StreamingEvent>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => this.#pulled(),
        cancel: () => {
          this.#controller = undefined;
          this.#clear();
          return cancelled();
        },
      },
      { highWaterMark: 0 },
    );
    if (!(Symbol.asyncIterator in this.stream)) iterable(this.stream);
  }

  push(event: StreamingEvent): void {
    if (this.#end || !this.#controller) return;
    if (this.#wanted) {
      this.#wanted = false;
      this.#controller.enqueue(event);
      return;
    }
    const key = replacementKey(event);
    const slot = this.#waiting >= replaceFrom && key !== undefined ? this.#replaceable.get(key) : undefined;
    const replacement = slot && replacing(slot.event, event);
    if (slot && replacement) slot.event = replacement;
    else this.#append(event, key);
    if (key !== undefined && isFinal(event)) this.#replaceable.delete(key);
  }

  /** No more events. With `error`, the reader meets it after the last one. */
  end(end: { readonly error?: unknown }): void {
    this.#end ??= end;
    if (this.#waiting === 0) this.#settle();
  }

  get #waiting(): number {
    return this.#slots.length - this.#head;
  }

  #append(event: StreamingEvent, key: ReplacementKey | undefined): void {
    const slot = { event };
    this.#slots.push(slot);
    if (key !== undefined) this.#replaceable.set(key, slot);
  }

  #pulled(): void {
    const slot = this.#slots[this.#head];
    if (!slot) {
      this.#wanted = true;
      if (this.#end) this.#settle();
      return;
    }
    if (++this.#head === this.#slots.length) this.#clear();
    else if (this.#head >= replaceFrom) {
      this.#slots.splice(0, this.#head);
      this.#head = 0;
    }
    const key = replacementKey(slot.event);
    if (key !== undefined && this.#replaceable.get(key) === slot) this.#replaceable.delete(key);
    this.#controller?.enqueue(slot.event);
    if (this.#end && this.#waiting === 0) this.#settle();
  }

  #clear(): void {
    this.#slots = [];
    this.#head = 0;
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

/** Events of the same key restate each other. A final turn takes its partial's place, and keeps it. */
function replacementKey(event: StreamingEvent): ReplacementKey | undefined {
  switch (event.type) {
    case "Turn":
      return event.turn_order;
    case "Heartbeat":
    case "Silence":
    case "Unrecognized":
      return event.type;
    default:
      return undefined;
  }
}

function isFinal(event: StreamingEvent): boolean {
  return event.type === "Turn" && event.end_of_turn;
}

/** What takes the place of `earlier`. Two silences do only as one: with speech between them they stay two. */
function replacing(earlier: StreamingEvent, later: StreamingEvent): StreamingEvent | undefined {
  if (later.type !== "Silence" || earlier.type !== "Silence") return later;
  return later.start_ms <= earlier.end_ms ? { ...later, start_ms: earlier.start_ms } : undefined;
}

/** WebKit's `ReadableStream` has no async iterator; `for await` gets one that cancels the stream on `break`, as the standard's does. */
function iterable<T>(stream: ReadableStream<T>): void {
  Object.defineProperty(stream, Symbol.asyncIterator, {
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
