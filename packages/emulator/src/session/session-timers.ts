import type { Cancel, Clock } from "../clock.ts";

const heartbeatMs = 5_000;

/** The timers of one session; `clear` stops them all. */
export class SessionTimers {
  readonly #clock: Clock;
  readonly #failed: (error: unknown) => void;
  readonly #pending = new Set<Cancel>();
  #lastSign: number;

  /** @param failed called with what a timer throws: it must end no more than this session */
  constructor(clock: Clock, failed: (error: unknown) => void) {
    this.#clock = clock;
    this.#failed = failed;
    this.#lastSign = clock.now();
  }

  after(ms: number, run: () => void): void {
    const cancel = this.#clock.after(ms, () => {
      this.#pending.delete(cancel);
      try {
        run();
      } catch (error) {
        this.#failed(error);
      }
    });
    this.#pending.add(cancel);
  }

  /** Resolves after `ms`; never if the session ends before. */
  wait(ms: number): Promise<void> {
    return new Promise((resolve) => this.after(ms, resolve));
  }

  /** Calls `beat` every 5 s. */
  heartbeat(beat: () => void): void {
    this.after(heartbeatMs, () => {
      this.heartbeat(beat);
      beat();
    });
  }

  /** The client has shown that it is there. */
  sign(): void {
    this.#lastSign = this.#clock.now();
  }

  /**
   * Calls `silent` after this many seconds without a sign.
   *
   * @param reading whether a sign could be noticed now: time in which it could not does not count
   */
  inactivity(seconds: number, reading: () => boolean, silent: () => void): void {
    if (!reading()) this.sign();
    const left = this.#lastSign + seconds * 1_000 - this.#clock.now();
    if (left <= 0) silent();
    else this.after(left, () => this.inactivity(seconds, reading, silent));
  }

  clear(): void {
    for (const cancel of this.#pending) cancel();
    this.#pending.clear();
  }
}
