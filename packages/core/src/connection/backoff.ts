/**
 * Exponential backoff with full jitter: uniform between 0 and the cap, which doubles with each attempt. Clients that lost
 * the same server so come back spread out.
 *
 * @param attempt 1 for the first retry.
 * @param random Uniform in [0, 1).
 * @returns Ms to wait.
 */
export function backoff(attempt: number, baseMs: number, maxMs: number, random: () => number): number {
  return Math.round(random() * Math.min(maxMs, baseMs * 2 ** Math.min(attempt - 1, 31)));
}
