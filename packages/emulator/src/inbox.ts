/** Messages that may wait before the server stops reading. */
const most = 32;

/**
 * Handles messages strictly one after another, though handling one may take time. Beyond a few that wait, it asks for
 * reading to stop.
 */
export class Inbox<Message> {
  readonly #handle: (message: Message) => void | Promise<void>;
  readonly #full: (full: boolean) => void;
  readonly #waiting: Message[] = [];
  #busy = true;

  /** @param full called with `true` when nothing more should come for now, with `false` when it may */
  constructor(handle: (message: Message) => void | Promise<void>, full: (full: boolean) => void) {
    this.#handle = handle;
    this.#full = full;
  }

  /** Until this is called, messages only wait. */
  start(): void {
    this.#busy = false;
    void this.#drain();
  }

  push(message: Message): void {
    this.#waiting.push(message);
    if (this.#waiting.length === most) this.#full(true);
    if (!this.#busy) void this.#drain();
  }

  /** Forgets what waits; what is being handled goes on. */
  clear(): void {
    this.#waiting.length = 0;
  }

  async #drain(): Promise<void> {
    this.#busy = true;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      const handled = this.#handle(next);
      if (handled !== undefined) await handled;
      if (this.#waiting.length === most - 1) this.#full(false);
    }
    this.#busy = false;
  }
}
