export { RelayError, type RelayErrorCode, type RelayErrorDetails } from "./relay-error.ts";
export { type SubscribeOptions, type SubscriptionState, subscribe } from "./subscribe/subscribe.ts";
