/** The one source of time. Tests put their own in its place. */
export interface Clock {
  /** Milliseconds since the Unix epoch; never goes backwards. */
  now(): number;
  /** Calls back once after `ms`. Returns the remover of the timer. */
  after(ms: number, callback: () => void): () => void;
}

const origin = performance.timeOrigin;

/** The platform's clock: monotonic, so that a corrected wall clock neither stalls nor rushes the audio. */
export const systemClock: Clock = {
  now: () => origin + performance.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};
