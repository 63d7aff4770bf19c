/** How many events a subscriber may fall behind before it misses the oldest. */
const longestQueue = 10_000;

/** Sends each event to every iteration. A slow subscriber misses the oldest events, never the newest. */
export class Broadcast<Event> {
  readonly #subscribers = new Set<Subscriber<Event>>();
  #closed = false;

  send(event: Event): void {
    for (const subscriber of this.#subscribers) subscriber.push(event);
  }

  /** Ends every iteration, after its queued events. */
  close(): void {
    this.#closed = true;
    for (const subscriber of this.#subscribers) subscriber.end();
    this.#subscribers.clear();
  }

  /** Subscribes from now on; `return()`, or leaving a `for await`, unsubscribes. */
  subscribe(): AsyncIterableIterator<Event> {
    const subscriber = new Subscriber<Event>(() => this.#subscribers.delete(subscriber));
    if (this.#closed) subscriber.end();
    else this.#subscribers.add(subscriber);
    return subscriber;
  }
}

class Subscriber<Event> implements AsyncIterableIterator<Event> {
  readonly #leave: () => void;
  readonly #queue: Event[] = [];
  readonly #waiting: ((result: IteratorResult<Event>) => void)[] = [];
  #ended = false;

  constructor(leave: () => void) {
    this.#leave = leave;
  }

  push(event: Event): void {
    const reader = this.#waiting.shift();
    if (reader !== undefined) reader({ value: event, done: false });
    else if (this.#queue.push(event) > longestQueue) this.#queue.shift();
  }

  end(): void {
    this.#ended = true;
    for (const reader of this.#waiting.splice(0)) reader({ value: undefined, done: true });
  }

  next(): Promise<IteratorResult<Event>> {
    const event = this.#queue.shift();
    if (event !== undefined) return Promise.resolve({ value: event, done: false });
    if (this.#ended) return Promise.resolve({ value: undefined, done: true });
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  return(): Promise<IteratorResult<Event>> {
    this.#leave();
    this.#queue.length = 0;
    this.end();
    return Promise.resolve({ value: undefined, done: true });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
