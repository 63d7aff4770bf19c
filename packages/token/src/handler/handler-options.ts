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
  /** Who asked, where it was known by then. */
  readonly identity: Identity | undefined;
  /** What the visitor got; undefined where the request went on all the same. */
  readonly status: number | undefined;
}

export interface TokenHandlerSettings<I> {
  /**
   * The account's API key, or a function that returns it, called for every request. It stays here. A key that is missing
   * (undefined or empty) is no error before the first request, so that a build can load the module without it; then the
   * answer is 500, and `onError` hears `invalid-options`.
   *
   * @example apiKey: process.env.ASSEMBLYAI_API_KEY
   */
  readonly apiKey: ApiKeySource;
  /** Seconds in which a token can be redeemed. Default 60. */
  readonly expiresInSeconds?: PerIdentity<I, number> | undefined;
  /** The longest session of a token, in seconds: the most that one token can cost. The service's default is 3 hours. */
  readonly maxSessionDurationSeconds?: PerIdentity<I, number | undefined> | undefined;
  /**
   * As in `createTemporaryToken`. If it is not the default, the answer says so (`apiHost`), and sessions of `tokenFrom` connect
   * there. A host with `ws://` or `http://` is only for this server, and not in the answer, unless it is localhost.
   */
  readonly apiHost?: string | undefined;
  readonly fetch?: Fetch | undefined;
  /** As in `createTemporaryToken`, in ms; as long may a request's body take to arrive (408). Default 10 000. */
  readonly timeout?: number | undefined;
  readonly maxRetries?: number | undefined;
  readonly retryDelay?: number | undefined;
  /** Default `["POST"]`: a link or an image can cause a GET. */
  readonly methods?: readonly ("POST" | "GET")[] | undefined;
  /**
   * Other origins whose pages may ask, exactly as browsers send them: `https://app.example`, `chrome-extension://…`,
   * `capacitor://localhost`. No patterns. Default none.
   */
  readonly allowedOrigins?: readonly string[] | undefined;
  /** Request headers that those pages may set. Default `Authorization` and `Content-Type`. */
  readonly allowedHeaders?: readonly string[] | undefined;
  /** Where a client's address comes from. Nothing is believed of `X-Forwarded-For` that is not declared here. */
  readonly address?: AddressSource | undefined;
  /** Default 30 tokens a minute for each identity, counted in this process. `false`: no limit. */
  readonly rateLimit?: RateLimitOptions | false | undefined;
  /** The longest body that is read, in bytes; beyond it the answer is 413. Default 16 384. */
  readonly maxBodyBytes?: number | undefined;
  /**
   * How long `authorize`, and the functions of the identity, may take, in ms. Beyond it the answer is 504 and no token, and
   * `onError` hears `authorize-timeout` or `option-timeout`. Default 10 000.
   */
  readonly authorizeTimeout?: number | undefined;
  /** Hears the whole of every failure on the server's side; visitors hear none of it. Default `console.error`. Not waited for. */
  readonly onError?: ((error: TokenError, context: TokenErrorContext) => Awaitable<void>) | undefined;
}

/**
 * Says who asks. **Whoever it lets through spends the owner's money.** Returns an identity; or false, null, undefined or ""
 * for nobody (401); or a `Response` of its own, thrown or returned. Where it throws anything else, the answer is 500 and no token. Its
 * request's `signal` aborts when the visitor leaves.
 */
export type Authorize<I extends Identity> = (request: Request) => Awaitable<I | Response | false | null | undefined>;

/** The identity of everyone where nobody is asked. */
export const anyone = "anyone";

export interface GuardedTokenHandlerOptions<I extends Identity> extends TokenHandlerSettings<I> {
  /** Says who asks, and so who may spend the owner's money. Required. */
  readonly authorize: Authorize<I>;
  readonly letAnyoneSpendMyMoney?: never;
}

export interface UnguardedTokenHandlerOptions extends TokenHandlerSettings<typeof anyone> {
  /**
   * Gives a token to whoever asks, and with it the right to stream on the owner's account. All visitors then share one rate
   * limit, unless it counts by address.
   */
  readonly letAnyoneSpendMyMoney: true;
  readonly authorize?: never;
}

export type TokenHandlerOptions<I extends Identity> = GuardedTokenHandlerOptions<I> | UnguardedTokenHandlerOptions;
