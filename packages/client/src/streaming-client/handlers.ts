import { StreamingError, type StreamingEvent } from "@voxpipe/core";
import { HandlerContext, type RunStorage } from "./handler-context.ts";

/** The payload of each handler: the event of that type, or the failure that ended the session. */
export type HandlerPayloads = { [Type in StreamingEvent["type"]]: Extract<StreamingEvent, { type: Type }> } & {
  Error: StreamingError;
};

/** Reports a failure that nothing else reports. */
export type ReportUncaught = (message: string, error: unknown) => void;

type Handler = (client: never, payload: never) => unknown;

/** How long one handler may keep `disconnect` waiting, in ms: it may be waiting for that same call. */
const longestHandlerMs = 10_000;

/** The handlers of a client; they run one after another. */
export class Handlers {
  readonly #client: unknown;
  readonly #context: HandlerContext;
  readonly #onUncaught: ReportUncaught;
  readonly #handlers = new Map<string, readonly Handler[]>();
  /** Settles when the handlers of all events so far have run. */
  #dispatched: Promise<void> = Promise.resolve();
  /** The type whose handler runs, and how many have run. */
  #running = "";
  #runs = 0;

  constructor(client: unknown, runs: RunStorage, onUncaught: ReportUncaught = print) {
    this.#client = client;
    this.#context = new HandlerContext(runs);
    this.#onUncaught = onUncaught;
  }

  add(type: string, handler: Handler): void {
    this.#handlers.set(type, [...(this.#handlers.get(type) ?? []), handler]);
  }

  /** Dispatches every event, and the failure that ends them unless it was `expected`. */
  follow(events: AsyncIterable<StreamingEvent>, expected: (error: unknown) => boolean): void {
    this.#dispatched = (async () => {
      try {
        for await (const event of events) await this.#dispatch(event.type, event);
      } catch (error) {
        if (!expected(error)) await this.#failed(error);
      }
    })();
  }

  /** Dispatches a failure without a session. */
  fail(error: unknown): void {
    this.#dispatched = this.#failed(error);
  }

  /** Resolves when `Error` handlers were called. Does not wait for asynchronous ones: they may be waiting for this. */
  async called(): Promise<void> {
    await Promise.race([this.#dispatched, new Promise((resolve) => setTimeout(resolve))]);
  }

  /**
   * For the end of the session: call it first, and the function it returns when all events have arrived. That waits until their
   * handlers have run, unless a handler made this call and would wait for itself.
   */
  waiter(): () => Promise<void> {
    const { caller } = this.#context;
    return async () => {
      if (!caller?.running) await this.#allHaveRun();
    };
  }

  async #allHaveRun(): Promise<void> {
    for (;;) {
      const runs = this.#runs;
      if (await settlesWithin(longestHandlerMs, this.#dispatched)) return;
      if (this.#runs > runs) continue;
      const seconds = longestHandlerMs / 1000;
      const message = `A handler of ${this.#running} has not returned for ${seconds} s after the end, so disconnect() no longer waits for it.`;
      return this.report(message, new Error("A handler that waits for disconnect() must call it itself."));
    }
  }

  async #failed(error: unknown): Promise<void> {
    if (error instanceof StreamingError && this.#handlers.has("Error")) return this.#dispatch("Error", error);
    // The code that aborted it knows.
    if (error instanceof StreamingError && error.code === "aborted") return;
    this.report('The session failed, and there is no handler for "Error".', error);
  }

  async #dispatch(type: string, payload: StreamingEvent | StreamingError): Promise<void> {
    for (const handler of this.#handlers.get(type) ?? []) {
      this.#running = type;
      try {
        // Handlers are stored under the type of their payload.
        await this.#context.run(() => Reflect.apply(handler, undefined, [this.#client, payload]));
      } catch (error) {
        this.report(`A handler of ${type} threw.`, error);
      }
      this.#runs++;
    }
  }

  /** Reports a failure that nothing else reports. */
  report(message: string, error: unknown): void {
    try {
      this.#onUncaught(message, error);
    } catch (thrown) {
      print(message, error);
      print("onUncaught threw.", thrown);
    }
  }
}

function print(message: string, error: unknown): void {
  console.error(`voxpipe: ${message}`, error);
}

async function settlesWithin(ms: number, promise: Promise<void>): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  try {
    return await Promise.race([promise.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
