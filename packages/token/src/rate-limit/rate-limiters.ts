/// <reference path="./rate-limiter-flexible.d.ts" />
import RateLimiterMemory from "rate-limiter-flexible/lib/RateLimiterMemory.js";
import RateLimiterRedis from "rate-limiter-flexible/lib/RateLimiterRedis.js";

/** Counts requests. Implement it to count in another store. */
export interface RateLimiter {
  /** Counts one request of `key` and returns whether it is within the limit. A rejection means that the store failed. */
  readonly take: (key: string) => Promise<RateVerdict>;
}

export interface RateVerdict {
  readonly allowed: boolean;
  /** How long until `key` is allowed again, in seconds. */
  readonly retryAfterSeconds?: number | undefined;
}

/** A connected client of the npm package `redis` (4 or newer) or `ioredis`. */
export type RedisClient = { readonly isReady: boolean } | { readonly status: string };

export interface Rate {
  readonly requests: number;
  readonly perSeconds: number;
}

/** The most keys remembered in one window; beyond it the oldest is dropped. */
const mostKeys = 100_000;

/** Counts within this process. */
export function memoryLimiter({ requests, perSeconds }: Rate, keyLimit = mostKeys): RateLimiter {
  const limiter = new RateLimiterMemory({ points: requests, duration: perSeconds });
  // In the order in which their windows end. The limiter's own timers do not run everywhere (workers), and it has no bound.
  const windows = new Map<string, number>();
  return {
    async take(key) {
      const now = Date.now();
      for (const [known, end] of windows) {
        // A known key needs no new place: otherwise, at the bound, the oldest key would be dropped for its own next window.
        if (end > now && (windows.size < keyLimit || windows.has(key))) break;
        windows.delete(known);
        await limiter.delete(known);
      }
      if (!windows.has(key)) windows.set(key, now + perSeconds * 1000);
      return verdict(limiter.consume(key));
    },
  };
}

/** Counts in Redis, so that all processes that use it share the limit. */
export function redisLimiter(client: RedisClient, { requests, perSeconds }: Rate, keyPrefix: string): RateLimiter {
  const limiter = new RateLimiterRedis({
    storeClient: client,
    useRedisPackage: !("defineCommand" in client),
    points: requests,
    duration: perSeconds,
    keyPrefix,
    // Otherwise a client without a connection queues commands without end.
    rejectIfRedisNotReady: true,
  });
  return { take: (key) => verdict(limiter.consume(key)) };
}

/** The limiters resolve if a request is within the limit, reject with the same figures if not, and reject with an Error if they fail. */
function verdict(consumed: Promise<unknown>): Promise<RateVerdict> {
  return consumed.then(
    () => ({ allowed: true }),
    (reason: unknown) => {
      if (reason instanceof Error || typeof reason !== "object" || reason === null) throw reason;
      const wait = "msBeforeNext" in reason && typeof reason.msBeforeNext === "number" ? reason.msBeforeNext : 1000;
      return { allowed: false, retryAfterSeconds: wait / 1000 };
    },
  );
}
