const mostItems = 1_000;

/** Items that wait for a reader; beyond 1,000 the oldest are dropped. */
export class ItemQueue<T> {
  readonly stream: ReadableStream<T>;
  readonly #items: T[] = [];
  #ended = false;
  #cancelled = false;
  #wake: () => void = () => {};

  constructor() {
    this.stream = new ReadableStream<T>(
      {
        pull: async (controller) => {
          while (!this.#cancelled) {
            const item = this.#items.shift();
            if (item !== undefined) return controller.enqueue(item);
            if (this.#ended) return controller.close();
            await new Promise<void>((resolve) => {
              this.#wake = resolve;
            });
          }
        },
        cancel: () => {
          this.#cancelled = true;
          this.#wake();
        },
      },
      { highWaterMark: 0 },
    );
  }

  push(item: T): void {
    if (this.#cancelled || this.#ended) return;
    this.#items.push(item);
    if (this.#items.length > mostItems) this.#items.shift();
    this.#wake();
  }

  end(): void {
    this.#ended = true;
    this.#wake();
  }
}
