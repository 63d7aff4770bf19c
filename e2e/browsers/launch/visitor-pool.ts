interface Parts<T> {
  open(): Promise<T>;
  /** Makes it as if nobody had been there. */
  clear(place: T): Promise<void>;
  /** Ends one that could not be cleared: it has crashed, or hangs. */
  discard(place: T): Promise<void>;
}

/**
 * Places that serve one visitor after another, for opening one takes longer than most tests. What a page stores stays with
 * its port, and no two sites have the same.
 */
export class VisitorPool<T> {
  readonly #parts: Parts<T>;
  readonly #idle: T[] = [];

  constructor(parts: Parts<T>) {
    this.#parts = parts;
  }

  async take(): Promise<T> {
    return this.#idle.pop() ?? (await this.#parts.open());
  }

  async giveBack(place: T): Promise<void> {
    try {
      await this.#parts.clear(place);
      this.#idle.push(place);
    } catch {
      await this.#parts.discard(place).catch(() => {});
    }
  }
}
