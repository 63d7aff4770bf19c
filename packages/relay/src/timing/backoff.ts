/** How long to wait before another attempt, in ms: exponential with full jitter, so that the readers do not all come back at once. */
export function backoff(attempt: number, first: number, longest: number): number {
  const limit = Math.min(longest, first * 2 ** Math.min(attempt, 30));
  return limit / 2 + (Math.random() * limit) / 2;
}
