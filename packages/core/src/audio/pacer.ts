/** How fast audio may run ahead of real time. */
export interface Pace {
  /** Seconds of audio a second, over time. */
  readonly rate: number;
  /** Ms of audio that may leave at once. */
  readonly burst: number;
}

/**
 * A leaky bucket over audio time (the generic cell rate algorithm): what was sent drains at `rate`, and no more than
 * `burst` may be in it. Pure: the caller brings the time.
 */
export class Pacer {
  readonly #pace: Pace;
  #level = 0;
  #at = Number.NEGATIVE_INFINITY;

  constructor(pace: Pace) {
    this.#pace = pace;
  }

  /**
   * Ms until `durationMs` of audio may leave; whole ones, as timers count them. A message longer than the whole burst
   * waits for an empty bucket.
   */
  delay(now: number, durationMs: number): number {
    const excess = this.#levelAt(now) + Math.min(durationMs, this.#pace.burst) - this.#pace.burst;
    return excess > 0 ? Math.ceil(excess / this.#pace.rate) : 0;
  }

  sent(now: number, durationMs: number): void {
    this.#level = this.#levelAt(now) + durationMs;
    this.#at = now;
  }

  #levelAt(now: number): number {
    return this.#level === 0 ? 0 : Math.max(0, this.#level - (now - this.#at) * this.#pace.rate);
  }
}
