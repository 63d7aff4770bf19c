import type { TranscriptEvent } from "@voxpipe/transcript";
import { RelayError } from "../relay-error.ts";
import { backoff } from "../timing/backoff.ts";
import { type Connection, connect, ServerError } from "./connection.ts";
import { Wake } from "./wake.ts";

export type SubscriptionState = "connecting" | "open" | "reconnecting" | "closed";

export interface SubscribeOptions {
  /** Headers of each request, such as an `Authorization`; a function is called for each attempt. */
  readonly headers?: HeadersInit | (() => HeadersInit | Promise<HeadersInit>) | undefined;
  /** As in `fetch`. @default "same-origin" */
  readonly credentials?: RequestCredentials | undefined;
  /** @default the platform's */
  readonly fetch?: typeof fetch | undefined;
  /** Ends the stream. */
  readonly signal?: AbortSignal | undefined;
  /** After how long without a byte, heartbeats included, a connection counts as dead, in ms. @default 40_000 */
  readonly timeout?: number | undefined;
  /** The longest pause between attempts, in ms. @default 15_000 */
  readonly maxDelay?: number | undefined;
  /** Called after each change, with why the connection was lost if it was. */
  readonly onStateChange?: ((state: SubscriptionState, cause?: unknown) => void) | undefined;
}

/** The first pause if the server names none, in ms. */
const firstPause = 1000;

/** Connections one after another, as one sequence of events. */
export class Subscription {
  readonly #url: string | URL;
  readonly #options: SubscribeOptions;
  readonly #closing = new AbortController();
  /** The network is back. */
  readonly #online: Wake;
  #connection: Connection | undefined;
  #waiting: TranscriptEvent[] = [];
  #lastEventId: string | undefined;
  #retry = firstPause;
  #failures = 0;
  #state: SubscriptionState = "connecting";
  readonly #onAbort = () => this.close();

  constructor(url: string | URL, options: SubscribeOptions) {
    this.#url = url;
    this.#options = options;
    this.#online = new Wake("online", () => this.#connection?.close());
    options.signal?.addEventListener("abort", this.#onAbort, { once: true });
    if (options.signal?.aborted) this.close();
  }

  /** Undefined at the end. */
  async next(): Promise<TranscriptEvent | undefined> {
    for (;;) {
      if (this.#closing.signal.aborted) return undefined;
      const event = this.#waiting.shift();
      if (event) return event;
      try {
        this.#connection ??= await this.#connect();
        if (this.#connection === undefined) this.close();
        else this.#waiting = await this.#connection.read();
      } catch (error) {
        if (this.#closing.signal.aborted) return undefined;
        await this.#lost(error);
      }
    }
  }

  close(): void {
    this.#closing.abort();
    this.#connection?.close();
    this.#online.remove();
    this.#options.signal?.removeEventListener("abort", this.#onAbort);
    this.#enter("closed");
  }

  /** Undefined if the server says that there is nothing to read. */
  async #connect(): Promise<Connection | undefined> {
    const { fetch: load = fetch, credentials, timeout = 40_000, headers } = this.#options;
    const sent = await (typeof headers === "function" ? headers() : headers);
    const connection = await connect({
      url: withId(this.#url, this.#lastEventId),
      // As a function of its own: the platform's needs `globalThis` as `this`.
      fetch: (...request) => load(...request),
      init: { ...(sent && { headers: sent }), ...(credentials && { credentials }) },
      signal: this.#closing.signal,
      timeout,
      onId: (id) => {
        this.#lastEventId = id;
      },
      onRetry: (ms) => {
        this.#retry = ms;
      },
    });
    this.#failures = 0;
    this.#enter("open");
    return connection;
  }

  async #lost(error: unknown): Promise<void> {
    this.#connection?.close();
    this.#connection = undefined;
    const details = error instanceof ServerError ? error : undefined;
    if (error instanceof RelayError && !error.retryable) {
      this.close();
      throw error;
    }
    this.#enter("reconnecting", error);
    const pause = backoff(this.#failures++, this.#retry, this.#options.maxDelay ?? 15_000);
    await this.#online.within(Math.max(pause, details?.retryAfter ?? 0), this.#closing.signal);
  }

  #enter(state: SubscriptionState, cause?: unknown): void {
    if (this.#state === state || this.#state === "closed") return;
    this.#state = state;
    this.#options.onStateChange?.(state, cause);
  }
}

/** In the query, since a header of that name would need a preflight on other origins. */
function withId(url: string | URL, id: string | undefined): string {
  const text = String(url);
  if (id === undefined) return text;
  const [bare = "", hash] = text.split("#", 2);
  const query = `${bare.includes("?") ? "&" : "?"}lastEventId=${encodeURIComponent(id)}`;
  return hash === undefined ? bare + query : `${bare}${query}#${hash}`;
}
