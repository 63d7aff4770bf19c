/** The shortest session the service gives is a minute. If one after another looks shorter, this machine's clock is ahead. */
const shortLifeMs = 30_000;
const mostShortLives = 5;
/** Beyond the longest delay that timers take, a time is a mistake. */
const longestMs = 2 ** 31;
/** The spare connection is opened this long before the end, at most. */
const longestMarginMs = 60_000;

/** When to replace one connection before the service ends it. */
export interface HandoverPlan {
  /** Open the spare connection. */
  readonly openAt: number;
  /** Hand over to it at the latest, even in the middle of a turn. */
  readonly switchBy: number;
  /** Time between attempts to open a spare, in ms. */
  readonly retryMs: number;
}

/**
 * Plans the handover from each connection to the next, before the service ends it: a spare is opened beside it, and takes over
 * at the next turn boundary, or shortly before the end if none comes. Pure.
 */
export class Handover {
  #shortLives = 0;

  /** @param expiresAtMs When the service will end the connection. Returns undefined if no handover is possible. */
  plan(expiresAtMs: number, now: number): HandoverPlan | undefined {
    const lifetimeMs = expiresAtMs - now;
    if (!(lifetimeMs > 0 && lifetimeMs < longestMs)) return undefined;
    if (lifetimeMs < shortLifeMs && ++this.#shortLives > mostShortLives) return undefined;
    const marginMs = Math.min(longestMarginMs, lifetimeMs / 5);
    return {
      openAt: now + (lifetimeMs - marginMs),
      switchBy: now + (lifetimeMs - marginMs / 4),
      retryMs: marginMs / 8,
    };
  }
}
