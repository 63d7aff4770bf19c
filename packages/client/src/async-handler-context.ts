import { AsyncLocalStorage } from "node:async_hooks";
import type { HandlerContext } from "./handler-context.ts";

/** Follows a handler through everything it awaits. */
export class AsyncHandlerContext implements HandlerContext {
  readonly #storage = new AsyncLocalStorage<true>();

  get inside(): boolean {
    return this.#storage.getStore() === true;
  }

  run<T>(handler: () => T): T {
    return this.#storage.run(true, handler);
  }
}
