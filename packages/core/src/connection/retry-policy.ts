import { type StreamingError, withMessage } from "../errors/streaming-error.ts";
import type { Settings } from "../options/options.ts";
import { backoff } from "./backoff.ts";

/**
 * A connection that lived this long got somewhere: the count of failed attempts starts again. Well above the time that it
 * takes to find a peer dead that gave Begin and nothing more.
 */
const steadyMs = 30_000;

/** A server that asks for a longer wait ends the session: nobody waits that long. */
const longestWaitMs = 60_000;

/**
 * `too-many-sessions` is a limit on new sessions a minute, which grows every minute: a retry within seconds cannot help. The
 * delay lies between this and twice this, so that clients that were refused together do not come back together.
 */
const sessionLimitMs = 20_000;

/** What a gateway answers while the service behind it is replaced: it says nothing about this client. */
const gatewayStatuses: ReadonlySet<number> = new Set([502, 503, 504]);

/** Whether and when to connect again: the attempts of a session in a row that got nowhere (protocol section 5). */
export class RetryPolicy {
  /** Attempts since a connection last got somewhere. */
  attempt = 0;
  readonly #settings: Pick<Settings, "reconnect" | "maxConnectionRetries" | "connectionRetryDelay">;
  readonly #random: () => number;
  #opened = false;
  /** Delays in a row because of `too-many-sessions`, in ms. */
  #waitedMs = 0;
  #begunAt = Number.POSITIVE_INFINITY;

  /** `random`: uniform in [0, 1), for jitter. */
  constructor(
    settings: Pick<Settings, "reconnect" | "maxConnectionRetries" | "connectionRetryDelay">,
    random: () => number,
  ) {
    this.#settings = settings;
    this.#random = random;
  }

  /** A connection is open. */
  begun(now: number): void {
    this.#opened = true;
    this.#begunAt = now;
  }

  /** A turn became final: the connection got somewhere. */
  progressed(): void {
    this.attempt = 0;
    this.#waitedMs = 0;
  }

  /** The error that ends the session, with what was tried: long waits that did not help are no secret. */
  final(error: StreamingError): StreamingError {
    if (error.code !== "too-many-sessions" || this.#waitedMs === 0) return error;
    const seconds = Math.round(this.#waitedMs / 1000);
    return withMessage(error, `${error.message} ${this.attempt} retries over ${seconds} s did not help.`);
  }

  /** Ms until the next attempt after a connection failed with `error`; undefined if there is to be none. */
  delay(error: StreamingError, now: number): number | undefined {
    const { connectionRetryDelay, reconnect } = this.#settings;
    const most = this.#mostAttempts(error, now);
    if (this.attempt >= most) return undefined;
    this.attempt++;
    const askedMs = (error.retryAfterSeconds ?? 0) * 1000;
    if (error.code === "too-many-sessions") {
      const delay = Math.max(askedMs, Math.round(sessionLimitMs * (1 + this.#random())));
      this.#waitedMs += delay;
      return delay;
    }
    return askedMs + backoff(this.attempt, connectionRetryDelay, reconnect?.maxDelay ?? 10_000, this.#random);
  }

  /** The same for a page that knows why: it has no network. That attempt does not count, and the next one need not wait. */
  delayOffline(error: StreamingError, now: number): 0 | undefined {
    return this.#mostAttempts(error, now) > 0 ? 0 : undefined;
  }

  #mostAttempts(error: StreamingError, now: number): number {
    const { reconnect, maxConnectionRetries } = this.#settings;
    if (now - this.#begunAt > steadyMs) this.attempt = 0;
    this.#begunAt = Number.POSITIVE_INFINITY;
    const refused = error.code === "handshake-rejected" && !gatewayStatuses.has(error.status ?? 0);
    // A first handshake that is refused stays refused; later on the service may be restarting.
    const worthwhile = error.retryable && (this.#opened || !refused);
    if (!worthwhile || (error.retryAfterSeconds ?? 0) * 1000 > longestWaitMs) return 0;
    return this.#opened ? (reconnect?.maxAttempts ?? 0) : maxConnectionRetries;
  }
}
