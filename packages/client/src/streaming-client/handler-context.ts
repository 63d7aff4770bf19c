/** One run of a handler. */
export interface HandlerRun {
  running: boolean;
}

/** Tracks which handler run the current code belongs to. An `AsyncLocalStorage` is one. */
export interface RunStorage {
  run<T>(run: HandlerRun, callback: () => T): T;
  getStore(): HandlerRun | undefined;
}

/** For platforms that cannot track asynchronous code: all code belongs to the run that started last. */
export class LastRun implements RunStorage {
  #last: HandlerRun | undefined;

  run<T>(run: HandlerRun, callback: () => T): T {
    this.#last = run;
    return callback();
  }

  getStore(): HandlerRun | undefined {
    return this.#last;
  }
}

/** Runs handlers, and knows which of them is calling. */
export class HandlerContext {
  readonly #storage: RunStorage;

  constructor(storage: RunStorage) {
    this.#storage = storage;
  }

  /** The handler run that the current code belongs to; it may be over. */
  get caller(): HandlerRun | undefined {
    return this.#storage.getStore();
  }

  /** Calls a handler and awaits its result. */
  async run(handler: () => unknown): Promise<void> {
    const run = { running: true };
    try {
      await this.#storage.run(run, handler);
    } finally {
      run.running = false;
    }
  }
}
