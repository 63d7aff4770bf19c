/** A source of events, and how they are placed and emitted. */
export interface EventSource<Event, Emitted> {
  readonly events: ReadableStream<Event>;
  /** Where the event belongs on the clock, in ms; undefined: as soon as possible. */
  timeOf(event: Event): number | undefined;
  /** Called as the event is emitted. */
  emit(event: Event): Emitted;
  /** The source ended, or failed. */
  ended(failure: { readonly error: unknown } | undefined): void;
}

interface Slot<Event, Emitted> {
  readonly source: EventSource<Event, Emitted>;
  readonly reader: ReadableStreamDefaultReader<Event>;
  /** The event that was read and not emitted yet. */
  next: { readonly event: Event; readonly time: number } | undefined;
  open: boolean;
}

/** Turns of the microtask queue that a source which has events needs to give its next one. */
const readingTurns = 12;
/** Events of the merger itself that wait for a reader; older ones are dropped. */
const mostOwn = 1_000;

/**
 * Several streams as one. Of each, one event is read ahead, so that its own queue keeps its bounds; of those that wait, the
 * earliest on the clock is emitted first.
 */
export class MergedEvents<Event, Emitted> {
  readonly stream: ReadableStream<Emitted>;
  readonly #slots: Slot<Event, Emitted>[];
  readonly #own: Emitted[] = [];
  #failure: { readonly error: unknown } | undefined;
  #stopped = false;
  #wake: () => void = () => {};

  /** @param cancelled the reader wants no more; its `cancel()` waits for the promise */
  constructor(sources: readonly EventSource<Event, Emitted>[], cancelled: () => Promise<unknown>) {
    this.#slots = sources.map((source) => ({ source, reader: source.events.getReader(), next: undefined, open: true }));
    this.stream = new ReadableStream<Emitted>(
      {
        pull: (controller) => this.#pull(controller),
        cancel: async () => {
          this.#stopped = true;
          this.#wake();
          // The sources end by it, and what they still had to say is of no use.
          for (const slot of this.#slots) if (slot.next) void this.#read(slot);
          await cancelled();
        },
      },
      { highWaterMark: 0 },
    );
    if (!(Symbol.asyncIterator in this.stream)) makeIterable(this.stream);
    for (const slot of this.#slots) void this.#read(slot);
  }

  /** Emits an event of the merger itself, ahead of those that wait. */
  push(event: Emitted): void {
    this.#own.push(event);
    if (this.#own.length > mostOwn) this.#own.shift();
    this.#wake();
  }

  /** The stream fails once everything has been emitted, rather than ending. */
  fail(error: unknown): void {
    this.#failure ??= { error };
  }

  async #pull(controller: ReadableStreamDefaultController<Emitted>): Promise<void> {
    while (!this.#stopped) {
      // A source that has more events may be earlier than those that wait.
      for (let turn = 0; turn < readingTurns && this.#slots.some(({ open, next }) => open && !next); turn++) await null;
      if (this.#stopped) return;
      const own = this.#own.shift();
      if (own !== undefined) return controller.enqueue(own);
      const first = this.#earliest();
      if (first?.next) {
        const { event } = first.next;
        void this.#read(first);
        return controller.enqueue(first.source.emit(event));
      }
      if (this.#slots.every(({ open }) => !open))
        return this.#failure ? controller.error(this.#failure.error) : controller.close();
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #earliest(): Slot<Event, Emitted> | undefined {
    return this.#slots.reduce<Slot<Event, Emitted> | undefined>(
      (first, slot) => (slot.next && !(first?.next && first.next.time <= slot.next.time) ? slot : first),
      undefined,
    );
  }

  async #read(slot: Slot<Event, Emitted>): Promise<void> {
    slot.next = undefined;
    try {
      let { done, value } = await slot.reader.read();
      while (!done && this.#stopped) ({ done, value } = await slot.reader.read());
      if (!done && value !== undefined)
        slot.next = { event: value, time: slot.source.timeOf(value) ?? Number.NEGATIVE_INFINITY };
      else this.#end(slot, undefined);
    } catch (error) {
      this.#end(slot, { error });
    }
    this.#wake();
  }

  #end(slot: Slot<Event, Emitted>, failure: { readonly error: unknown } | undefined): void {
    slot.open = false;
    slot.source.ended(failure);
  }
}

/** WebKit's streams cannot be iterated. */
function makeIterable(stream: ReadableStream<unknown>): void {
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
