/** A service that works in real time takes as long as the audio that it has not read yet; one that is busy, longer. */
const slowness = 2;

/**
 * How long a session waits for Termination: `timeoutMs` from Terminate, and again from each word that is read further on in
 * the audio. Bounded: a service can read no further than what was sent, and has a time for that. Pure.
 */
export class TerminationWait {
  /** The time is over, but the peer may be dead: its next sign of life, or its death, ends the wait. */
  overdue = false;
  readonly #timeoutMs: number;
  readonly #latestAt: number;
  #readMs: number;
  #dueAt: number;

  /** Terminate is sent; the service has read the audio up to `readMs` of `sentMs`. */
  constructor(timeoutMs: number, now: number, readMs: number, sentMs: number) {
    this.#timeoutMs = timeoutMs;
    this.#readMs = readMs;
    this.#latestAt = now + timeoutMs + slowness * Math.max(0, sentMs - readMs);
    this.#dueAt = now + timeoutMs;
  }

  /** When the wait is over. */
  get dueAt(): number {
    return this.overdue ? Number.POSITIVE_INFINITY : this.#dueAt;
  }

  /** Words were read up to `readMs`. */
  progressed(now: number, readMs: number): void {
    if (readMs <= this.#readMs) return;
    this.#readMs = readMs;
    this.overdue = false;
    this.#dueAt = Math.max(now, Math.min(now + this.#timeoutMs, this.#latestAt));
  }
}
