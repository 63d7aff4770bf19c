export type { PlaylistOptions } from "./hls/playlist-handler.ts";
export type { EventSource } from "./publish/source.ts";
export type { GuardOptions } from "./read/guard.ts";
export type { HandlerOptions, RelayHandler } from "./read/handler.ts";
export type { Authorize, Identity } from "./read/identity.ts";
export { createRelay, type PublishOptions, type Relay } from "./relay.ts";
export { RelayError, type RelayErrorCode, type RelayErrorDetails } from "./relay-error.ts";
export type { RelayLimits, RelayOptions } from "./relay-options.ts";
export type { RedisClient } from "./stores/redis/client.ts";
