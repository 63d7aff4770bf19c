import type { Clock } from "../src/async/clock.ts";

interface Timer {
  readonly at: number;
  readonly callback: () => void;
}

/** Time that does not advance until it is moved. Timers fire in the order of their times. */
export class FakeClock implements Clock {
  #now: number;
  readonly #timers = new Set<Timer>();

  constructor(now = 1_000_000) {
    this.#now = now;
  }

  /** Timers that were neither fired nor removed. */
  get pending(): number {
    return this.#timers.size;
  }

  now(): number {
    return this.#now;
  }

  after(ms: number, callback: () => void): () => void {
    const timer = { at: this.#now + Math.max(0, ms), callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Moves time on, and fires what falls due on the way, at its own time. */
  advance(ms: number): void {
    const until = this.#now + ms;
    for (let due = this.#due(until); due; due = this.#due(until)) {
      this.#timers.delete(due);
      this.#now = Math.max(this.#now, due.at);
      due.callback();
    }
    this.#now = until;
  }

  /** Time passes while the thread is held up, or the machine sleeps: what fell due fires at the end. */
  sleep(ms: number): void {
    this.#now += ms;
    this.advance(0);
  }

  #due(until: number): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers) if (timer.at <= until && (!first || timer.at < first.at)) first = timer;
    return first;
  }
}
