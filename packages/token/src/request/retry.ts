/** The longest pause between two attempts without a `Retry-After`, in ms. */
const longestPause = 8_000;

export interface RetryPause {
  /** How many attempts have failed, from 1. */
  readonly failures: number;
  /** The first pause, before jitter, in ms. It doubles with every failure. */
  readonly base: number;
  /** What the service asked for in `Retry-After`, in seconds. */
  readonly retryAfterSeconds?: number | undefined;
  /** A number in [0, 1). */
  readonly random: number;
}

/**
 * The pause before the next attempt, in ms: exponential with full jitter, so that clients that failed together do not
 * retry together. `Retry-After` is a floor; the jitter is added to it.
 */
export function retryPause({ failures, base, retryAfterSeconds = 0, random }: RetryPause): number {
  const ceiling = Math.min(longestPause, base * 2 ** (failures - 1));
  return retryAfterSeconds * 1000 + random * ceiling;
}

/**
 * Parses `Retry-After` into seconds from `now` (unix ms). The header is a number of seconds or an HTTP date (RFC 9110,
 * 10.2.3). Returns 0 for a past date, undefined for anything else.
 */
export function parseRetryAfter(header: string | null, now: number): number | undefined {
  const text = header?.trim() ?? "";
  if (/^\d{1,9}$/.test(text)) return Number(text);
  if (!/^[A-Za-z]{3}/.test(text)) return undefined;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil((date - now) / 1000));
}
