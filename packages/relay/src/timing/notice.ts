import { untilAborted } from "./abort.ts";

/** Lets one loop wait for another. */
export class Notice {
  #wake: (() => void) | undefined;
  #waiting: Promise<void> | undefined;

  /** Wakes those who wait now. */
  give(): void {
    this.#wake?.();
    this.#wake = undefined;
    this.#waiting = undefined;
  }

  /** Resolves at the next notice; rejects when `signal` aborts first. */
  wait(signal: AbortSignal): Promise<void> {
    this.#waiting ??= new Promise((resolve) => {
      this.#wake = resolve;
    });
    return untilAborted(this.#waiting, signal);
  }
}
