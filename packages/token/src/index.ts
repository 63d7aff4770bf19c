export { createTemporaryToken } from "./create-temporary-token.ts";
export { TokenError, type TokenErrorCode, type TokenErrorDetails } from "./token-error.ts";
export type { Fetch, TemporaryTokenOptions } from "./token-options.ts";
export type { TemporaryToken } from "./token-response.ts";
