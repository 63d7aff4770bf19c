export type { AddressSource, TrustedProxy } from "./client-address.ts";
export { createTemporaryToken } from "./create-temporary-token.ts";
export type {
  ApiKeySource,
  Authorize,
  GuardedTokenHandlerOptions,
  PerIdentity,
  TokenErrorContext,
  TokenHandlerOptions,
  TokenHandlerSettings,
  UnguardedTokenHandlerOptions,
} from "./handler-options.ts";
export type { Identity } from "./identity.ts";
export type { RateLimitOptions } from "./rate-limit.ts";
export type { RateLimiter, RateVerdict, RedisClient } from "./rate-limiters.ts";
export { TokenError, type TokenErrorCode, type TokenErrorDetails } from "./token-error.ts";
export { createTokenHandler, type TokenHandler } from "./token-handler.ts";
export type { Fetch, TemporaryTokenOptions } from "./token-options.ts";
export type { TemporaryToken } from "./token-response.ts";
