/** Knows whether code runs inside a handler, also after the handler has awaited something, where the platform can tell. */
export interface HandlerContext {
  run<T>(handler: () => T): T;
  readonly inside: boolean;
}

/** Where the platform cannot: a handler counts as running until what it returned has settled. */
export class RunningHandlers implements HandlerContext {
  #running = 0;

  get inside(): boolean {
    return this.#running > 0;
  }

  run<T>(handler: () => T): T {
    this.#running++;
    let result: T;
    try {
      result = handler();
    } catch (error) {
      this.#running--;
      throw error;
    }
    Promise.resolve(result).then(
      () => this.#running--,
      () => this.#running--,
    );
    return result;
  }
}
