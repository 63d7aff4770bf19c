import type { Cancel, Clock } from "../clock.ts";

/** Runs what it is given in order, each not before its time. At once, in the same call, if nothing has to wait. */
export class DelayLine {
  readonly #clock: Clock;
  readonly #failed: (error: unknown) => void;
  readonly #waiting: { readonly at: number; readonly run: () => void }[] = [];
  #cancel: Cancel | undefined;
  #running = false;

  /** @param failed called with what something that runs late throws: nothing else would catch it */
  constructor(clock: Clock, failed: (error: unknown) => void) {
    this.#clock = clock;
    this.#failed = failed;
  }

  /** @param at the earliest time, in ms of the clock */
  push(at: number, run: () => void): void {
    if (this.#waiting.length === 0 && !this.#running && at <= this.#clock.now()) return run();
    this.#waiting.push({ at, run });
    this.#schedule();
  }

  /** Forgets what has not run. */
  clear(): void {
    this.#waiting.length = 0;
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #schedule(): void {
    const [first] = this.#waiting;
    if (first === undefined || this.#running || this.#cancel !== undefined) return;
    this.#cancel = this.#clock.after(Math.max(0, first.at - this.#clock.now()), () => {
      this.#cancel = undefined;
      this.#run();
    });
  }

  #run(): void {
    this.#running = true;
    for (let [first] = this.#waiting; first !== undefined && first.at <= this.#clock.now(); [first] = this.#waiting) {
      this.#waiting.shift();
      try {
        first.run();
      } catch (error) {
        this.#failed(error);
      }
    }
    this.#running = false;
    this.#schedule();
  }
}
