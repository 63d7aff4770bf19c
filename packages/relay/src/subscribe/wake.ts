/** Waits that an event of the page can end early. On platforms without it, they last as long as they last. */
export class Wake {
  readonly #type: string;
  readonly #listener: () => void;
  #end = () => {};

  constructor(type: string, onEvent: () => void) {
    this.#type = type;
    this.#listener = () => {
      onEvent();
      this.#end();
    };
    target()?.addEventListener(type, this.#listener);
  }

  /** Resolves after `ms`, at the event, or when `signal` aborts. */
  async within(ms: number, signal: AbortSignal): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    await new Promise<void>((resolve) => {
      this.#end = resolve;
      timer = setTimeout(resolve, ms);
      signal.addEventListener("abort", this.#end, { once: true });
      if (signal.aborted) resolve();
    });
    clearTimeout(timer);
    signal.removeEventListener("abort", this.#end);
    this.#end = () => {};
  }

  remove(): void {
    target()?.removeEventListener(this.#type, this.#listener);
  }
}

function target(): EventTarget | undefined {
  return globalThis instanceof EventTarget ? globalThis : undefined;
}
