/** The only source of time. Tests replace it. */
export interface Clock {
  /** Milliseconds since the Unix epoch; never goes backwards. */
  now(): number;
  /** Calls back once after `ms`. Returns a function that removes the timer. */
  after(ms: number, callback: () => void): () => void;
}

const origin = performance.timeOrigin;

/** The platform's clock: monotonic, so that setting the system clock does not delay or speed up the audio. */
export const systemClock: Clock = {
  now: () => origin + performance.now(),
  after(ms, callback) {
    // Whole ms, rounded up: Node drops what is behind the point, and would call too early.
    const timer = setTimeout(callback, Math.ceil(ms));
    return () => clearTimeout(timer);
  },
};
