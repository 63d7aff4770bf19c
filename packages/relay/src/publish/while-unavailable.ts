import { RelayError } from "../relay-error.ts";
import { pause, untilAborted } from "../timing/abort.ts";
import { backoff } from "../timing/backoff.ts";

/** In ms. */
const firstPause = 50;
const longestPause = 2000;

/** Tries again until the store answers, or `signal` aborts. `onError` is called once for each outage. */
export async function whileUnavailable<T>(
  work: () => Promise<T>,
  signal: AbortSignal,
  onError: (error: RelayError) => void,
): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await untilAborted(work(), signal);
    } catch (error) {
      if (signal.aborted || !(error instanceof RelayError && error.retryable)) throw error;
      if (attempt === 0) onError(error);
      await pause(backoff(attempt, firstPause, longestPause), signal);
    }
  }
}
