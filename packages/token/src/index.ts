export { createTemporaryToken } from "./create-temporary-token.ts";
export { TokenError, type TokenErrorCode, type TokenErrorDetails } from "./errors/token-error.ts";
export type { AddressSource, TrustedProxy } from "./handler/client-address.ts";
export type {
  ApiKeySource,
  Authorize,
  GuardedTokenHandlerOptions,
  PerIdentity,
  TokenErrorContext,
  TokenHandlerOptions,
  TokenHandlerSettings,
  UnguardedTokenHandlerOptions,
} from "./handler/handler-options.ts";
export type { Identity } from "./handler/identity.ts";
export type { RateLimitOptions } from "./rate-limit/rate-limit.ts";
export type { RateLimiter, RateVerdict, RedisClient } from "./rate-limit/rate-limiters.ts";
export type { Fetch, FetchInit, FetchResponse, TemporaryTokenOptions } from "./request/token-options.ts";
export type { TemporaryToken } from "./request/token-response.ts";
export { createTokenHandler, type TokenHandler } from "./token-handler.ts";
