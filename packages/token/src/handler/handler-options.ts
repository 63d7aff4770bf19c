import type { TokenError } from "../errors/token-error.ts";
import type { RateLimitOptions } from "../rate-limit/rate-limit.ts";
import type { Fetch } from "../request/token-options.ts";
import type { AddressSource } from "./client-address.ts";
import type { Identity } from "./identity.ts";

type Awaitable<T> = T | Promise<T>;

/** The API key, or a function that returns it. */
export type ApiKeySource = string | undefined | (() => Awaitable<string | undefined>);

/** A value, or a function that picks it for an identity. */
export type PerIdentity<I, T> = T | ((identity: I) => Awaitable<T>);

export interface TokenErrorContext {
  readonly request: Request;
  /** The identity that `authorize` returned, if it was known by then. */
  readonly identity: Identity | undefined;
  /** The status of the visitor's answer; undefined if the request continued. */
  readonly status: number | undefined;
}

export interface TokenHandlerSettings<I> {
  /**
   * The account's API key, or a function that returns it, called for every request. The key never leaves the server. A
   * missing key (undefined or empty) is not an error before the first request, so that a build can load the module without
   * it; then the answer is 500, and `onError` gets `invalid-options`.
   *
   * @example apiKey: process.env.ASSEMBLYAI_API_KEY
   */
  readonly apiKey: ApiKeySource;
  /**
   * How long the token can be redeemed, in seconds.
   * @default 60
   */
  readonly expiresInSeconds?: PerIdentity<I, number> | undefined;
  /** The longest session of a token, in seconds: the most that one token can cost. The service's default is 10 800 (3 hours). */
  readonly maxSessionDurationSeconds?: PerIdentity<I, number | undefined> | undefined;
  /**
   * Host, or `ws(s)://` or `http(s)://` URL, as in `createTemporaryToken`. If it is not the default, the answer contains it
   * (`apiHost`), and sessions of `tokenFrom` connect there. A host with `ws://` or `http://` is used by this server only and
   * not sent to pages, unless it is localhost.
   * @default "streaming.assemblyai.com"
   */
  readonly apiHost?: string | undefined;
  readonly fetch?: Fetch | undefined;
  /**
   * The limit for minting a token, in ms, and for a request's body to arrive (408).
   * @default 10_000
   */
  readonly timeout?: number | undefined;
  readonly maxRetries?: number | undefined;
  readonly retryDelay?: number | undefined;
  /**
   * Methods of the route. `GET` is off because links and images can cause it.
   * @default ["POST"]
   */
  readonly methods?: readonly ("POST" | "GET")[] | undefined;
  /**
   * Other origins whose pages may ask for tokens, exactly as browsers send them: `https://app.example`,
   * `chrome-extension://…`, `capacitor://localhost`. No patterns.
   * @default []
   */
  readonly allowedOrigins?: readonly string[] | undefined;
  /**
   * Request headers that those pages may set.
   * @default ["Authorization", "Content-Type"]
   */
  readonly allowedHeaders?: readonly string[] | undefined;
  /** Where a client's address comes from. `X-Forwarded-For` is ignored unless it is declared here. */
  readonly address?: AddressSource | undefined;
  /**
   * The rate limit of each identity, counted in this process. `false` for no limit.
   * @default { requests: 30, perSeconds: 60 }
   */
  readonly rateLimit?: RateLimitOptions | false | undefined;
  /**
   * The longest body that is read, in bytes. A longer one is answered with 413.
   * @default 16_384
   */
  readonly maxBodyBytes?: number | undefined;
  /**
   * How long `authorize` and the per-identity functions may take, in ms. After that the answer is 504 without a token, and
   * `onError` gets `authorize-timeout` or `option-timeout`.
   * @default 10_000
   */
  readonly authorizeTimeout?: number | undefined;
  /**
   * Gets every failure on the server's side in full; visitors see none of it. The route does not wait for it.
   * @default console.error
   */
  readonly onError?: ((error: TokenError, context: TokenErrorContext) => Awaitable<void>) | undefined;
}

/**
 * Decides who is asking. **Anyone it lets through can spend your money.** Return an identity; or false, null, undefined or
 * "" to refuse (401); or return or throw a `Response` of your own. If it throws anything else, the answer is 500 without a
 * token. The request's `signal` aborts when the visitor disconnects.
 */
export type Authorize<I extends Identity> = (request: Request) => Awaitable<I | Response | false | null | undefined>;

/** The identity of every visitor if `authorize` is not used. */
export const anyone = "anyone";

export interface GuardedTokenHandlerOptions<I extends Identity> extends TokenHandlerSettings<I> {
  /** Decides who is asking, and so who may spend your money. Required. */
  readonly authorize: Authorize<I>;
  readonly letAnyoneSpendMyMoney?: never;
}

export interface UnguardedTokenHandlerOptions extends TokenHandlerSettings<typeof anyone> {
  /**
   * Gives a token to anyone who asks, and with it the right to stream on your account. All visitors then share one rate
   * limit, unless it counts by address.
   */
  readonly letAnyoneSpendMyMoney: true;
  readonly authorize?: never;
}

export type TokenHandlerOptions<I extends Identity> = GuardedTokenHandlerOptions<I> | UnguardedTokenHandlerOptions;
