import type { Clock } from "../async/clock.ts";

/** A service that works in real time takes as long as the audio that it has not read yet; one that is busy, longer. */
const slowness = 2;

/**
 * How long a session waits for Termination: `timeoutMs` from Terminate, and again from each word that is read further on in
 * the audio. Bounded: a service can read no further than what was sent, and has a time for that.
 */
export class TerminationWait {
  /** The time is over, and no progress has come since. */
  overdue = false;
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #late: () => void;
  #readMs = 0;
  #latestAt = 0;
  #cancel: () => void = () => {};

  constructor(clock: Clock, timeoutMs: number, late: () => void) {
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
    this.#late = late;
  }

  /** Terminate was sent; the service has read the audio up to `readMs` of `sentMs`. */
  start(readMs: number, sentMs: number): void {
    this.#readMs = readMs;
    this.#latestAt = this.#clock.now() + this.#timeoutMs + slowness * Math.max(0, sentMs - readMs);
    this.#arm();
  }

  progressed(readMs: number): void {
    if (readMs <= this.#readMs) return;
    this.#readMs = readMs;
    this.#arm();
  }

  stop(): void {
    this.#cancel();
    this.overdue = false;
  }

  #arm(): void {
    this.stop();
    const ms = Math.min(this.#timeoutMs, Math.max(0, this.#latestAt - this.#clock.now()));
    this.#cancel = this.#clock.after(ms, () => {
      this.overdue = true;
      this.#late();
    });
  }
}
