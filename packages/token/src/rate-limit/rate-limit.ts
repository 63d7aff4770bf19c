import { safeCause } from "../errors/safe-cause.ts";
import { TokenError } from "../errors/token-error.ts";
import {
  memoryLimiter,
  type Rate,
  type RateLimiter,
  type RateVerdict,
  type RedisClient,
  redisLimiter,
} from "./rate-limiters.ts";

export interface RateLimitOptions {
  /**
   * How many tokens one key may request within `perSeconds`.
   * @default 30
   */
  readonly requests?: number | undefined;
  /**
   * The length of the window, in seconds, at most 2 147 483 (24 days).
   * @default 60
   */
  readonly perSeconds?: number | undefined;
  /**
   * What is counted. `address` needs the `address` option, and is checked before `authorize`.
   * @default "identity"
   */
  readonly by?: "identity" | "address" | undefined;
  /** Counts in Redis, so that several instances share one limit. Connect the client before the server accepts requests. */
  readonly redis?: RedisClient | undefined;
  /** Counts in another store. `requests` and `perSeconds` then apply only to the fallback. */
  readonly limiter?: RateLimiter | undefined;
  /**
   * What happens while `redis` or `limiter` does not answer. `refuse`: 503, no tokens. `memory`: every process counts for
   * itself until the store answers again. `onError` gets the failure in both cases.
   * @default "refuse"
   */
  readonly whenUnavailable?: "refuse" | "memory" | undefined;
  /**
   * How long `redis` or `limiter` may take, in ms.
   * @default 1000
   */
  readonly timeout?: number | undefined;
  /**
   * The prefix of the keys in Redis.
   * @default "voxpipe-token"
   */
  readonly keyPrefix?: string | undefined;
}

/** Counts one request of `key`. `onUnavailable` is called if the store does not answer and the request continues without it. */
export type RateLimit = (key: string, onUnavailable: (error: TokenError) => void) => Promise<RateVerdict>;

/** The configured limit. It rejects with `rate-limit-failed` instead of letting requests through uncounted. */
export function createRateLimit(options: RateLimitOptions, secret: () => string): RateLimit {
  const { requests = 30, perSeconds = 60, redis, keyPrefix = "voxpipe-token", timeout = 1000 } = options;
  const rate: Rate = { requests, perSeconds };
  const shared = options.limiter ?? (redis === undefined ? undefined : redisLimiter(redis, rate, keyPrefix));
  if (shared === undefined) return memoryLimiter(rate).take;
  const fallback = options.whenUnavailable === "memory" ? memoryLimiter(rate) : undefined;
  return async (key, onUnavailable) => {
    try {
      return checked(await within(shared.take(key), timeout));
    } catch (reason) {
      const error = unavailable(reason, fallback !== undefined, secret());
      if (fallback === undefined) throw error;
      onUnavailable(error);
      return fallback.take(key);
    }
  };
}

/** A limiter from the options that returns something else has failed. */
function checked(verdict: RateVerdict): RateVerdict {
  if (typeof verdict?.allowed === "boolean") return verdict;
  throw new Error("the limiter answered without `allowed`");
}

async function within<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function unavailable(reason: unknown, goesOn: boolean, apiKey: string): TokenError {
  const cause = safeCause(reason, apiKey);
  const effect = goesOn ? "This process counts for itself until it answers" : "No tokens are issued until it answers";
  return new TokenError(
    "rate-limit-failed",
    `The store of the rate limit does not answer (${cause.message}). ${effect}.`,
    {
      remedy: "Check that it runs, and that its client is connected before the server accepts requests.",
      retryable: true,
      cause,
    },
  );
}
