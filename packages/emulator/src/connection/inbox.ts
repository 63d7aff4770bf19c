/** What may wait before the server stops reading. */
export interface InboxBounds {
  readonly messages: number;
  /** The sum of the messages' lengths. */
  readonly length: number;
}

/**
 * Handles messages strictly one after another, though handling one may take time. Beyond what may wait, it asks for
 * reading to stop.
 */
export class Inbox<Message extends { readonly length: number }> {
  readonly #handle: (message: Message) => void | Promise<void>;
  readonly #full: (full: boolean) => void;
  readonly #bounds: () => InboxBounds;
  readonly #waiting: Message[] = [];
  #length = 0;
  #busy = true;
  #isFull = false;

  /**
   * @param full called with `true` when nothing more should come for now, with `false` when it may
   * @param bounds asked again at every message
   */
  constructor(
    handle: (message: Message) => void | Promise<void>,
    full: (full: boolean) => void,
    bounds: () => InboxBounds,
  ) {
    this.#handle = handle;
    this.#full = full;
    this.#bounds = bounds;
  }

  /** Until this is called, messages only wait. */
  start(): void {
    this.#busy = false;
    void this.#drain();
  }

  push(message: Message): void {
    this.#waiting.push(message);
    this.#length += message.length;
    this.#weigh();
    if (!this.#busy) void this.#drain();
  }

  /** Drops what waits; what is being handled continues. */
  clear(): void {
    this.#waiting.length = 0;
    this.#length = 0;
  }

  async #drain(): Promise<void> {
    this.#busy = true;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      this.#length -= next.length;
      const handled = this.#handle(next);
      if (handled !== undefined) await handled;
      this.#weigh();
    }
    this.#busy = false;
  }

  #weigh(): void {
    const { messages, length } = this.#bounds();
    const full = this.#waiting.length >= messages || this.#length >= length;
    if (full === this.#isFull) return;
    this.#isFull = full;
    this.#full(full);
  }
}
