import { RetryPolicy } from "../connection/retry-policy.ts";
import type { StreamingError } from "../errors/streaming-error.ts";
import type { Settings } from "../options/options.ts";
import type { ReconnectingEvent } from "../protocol/messages.ts";

const never = Number.POSITIVE_INFINITY;

/** Between connections: whether there is another attempt, and when. Without a network there is none until it is back. */
export class Reconnection {
  readonly retries: RetryPolicy;
  /** When the next attempt is due. */
  retryAt = never;
  /** The next attempt waits for a network. */
  waitsForNetwork = false;
  #reason = "This page is offline.";

  /** @param random Uniform in [0, 1), for jitter. */
  constructor(settings: Settings, random: () => number) {
    this.retries = new RetryPolicy(settings, random);
  }

  /** A connection failed with `error`. Returns the delay of the next attempt in ms; undefined if there is none. */
  plan(error: StreamingError, now: number, offline: boolean): number | undefined {
    const delay = offline ? this.retries.delayOffline(error, now) : this.retries.delay(error, now);
    if (delay === undefined) return undefined;
    this.#reason = `This page is offline. ${error.message}`;
    this.retryAt = now + delay;
    return delay;
  }

  /** The next attempt waits for a network. */
  awaitNetwork(): ReconnectingEvent {
    this.retryAt = never;
    this.waitsForNetwork = true;
    const attempt = this.retries.attempt + 1;
    return { type: "Reconnecting", attempt, delay_ms: 0, reason: this.#reason, waiting_for: "online" };
  }

  /** An attempt is made, or none ever will be. */
  stop(): void {
    this.retryAt = never;
    this.waitsForNetwork = false;
  }
}
