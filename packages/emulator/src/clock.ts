/** Cancels a scheduled call; has no effect after it ran. */
export type Cancel = () => void;

/** The source of all times of the emulator: timestamps, delays, heartbeats, limits, expiry. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Runs `run` once, `ms` milliseconds from now. */
  after(ms: number, run: () => void): Cancel;
}

const longestTimer = 2 ** 31 - 1;

/** The machine's time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, run) {
    const timer = setTimeout(run, Math.min(ms, longestTimer));
    return () => clearTimeout(timer);
  },
};

/**
 * A clock that does not advance until `advance` is called: an hour of heartbeats in a millisecond.
 *
 * @example
 * const clock = new ManualClock();
 * await using emulator = await startEmulator({ clock });
 * clock.advance(30_000);
 */
export class ManualClock implements Clock {
  #now: number;
  readonly #waiting = new Set<{ readonly at: number; readonly run: () => void }>();

  /** @param start milliseconds since the Unix epoch */
  constructor(start = 0) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  after(ms: number, run: () => void): Cancel {
    const entry = { at: this.#now + Math.max(0, ms), run };
    this.#waiting.add(entry);
    return () => this.#waiting.delete(entry);
  }

  /** Advances by `ms`, and runs everything that is due on the way, in order, each at its own time. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (let due = this.#next(end); due !== undefined; due = this.#next(end)) {
      this.#waiting.delete(due);
      this.#now = Math.max(this.#now, due.at);
      due.run();
    }
    this.#now = end;
  }

  #next(end: number) {
    let first: { readonly at: number; readonly run: () => void } | undefined;
    for (const entry of this.#waiting)
      if (entry.at <= end && (first === undefined || entry.at < first.at)) first = entry;
    return first;
  }
}
