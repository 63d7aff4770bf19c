import { AsyncLocalStorage } from "node:async_hooks";
import type { HandlerContext } from "./handler-context.ts";

/** Follows a handler through everything it awaits, and no longer: work that it only started is outside once it is done. */
export class AsyncHandlerContext implements HandlerContext {
  readonly #storage = new AsyncLocalStorage<{ running: boolean }>();

  get inside(): boolean {
    return this.#storage.getStore()?.running === true;
  }

  run<T>(handler: () => T): T {
    const call = { running: true };
    const done = () => {
      call.running = false;
    };
    try {
      const result = this.#storage.run(call, handler);
      Promise.resolve(result).then(done, done);
      return result;
    } catch (error) {
      done();
      throw error;
    }
  }
}
