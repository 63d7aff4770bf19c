import { attempt } from "../errors/attempt.ts";
import { deprecatedParameters, expectedParameters } from "../protocol/parameters.ts";
import { origin } from "../protocol/url.ts";
import { type Expected, expected, isObject, numberFrom, text, wholeFrom } from "./expected.ts";
import type { TokenProvider } from "./options.ts";

/** setTimeout's maximum. */
const longest = 2 ** 31 - 1;
const ms = numberFrom(0, longest);
const count = wholeFrom(0);
const switchable = expected(
  "true, false, or an object",
  (value): value is boolean | object => typeof value === "boolean" || isObject(value),
);

/** The options that concern the client alone. */
const own = {
  token: expected(
    "a token that is not empty, or a function",
    (value): value is string | TokenProvider =>
      typeof value === "function" || (typeof value === "string" && value !== ""),
  ),
  // Characters that an HTTP header can carry. A key read from a file often ends with a line break.
  apiKey: expected(
    "visible ASCII characters without spaces or line breaks",
    (value): value is string => text.fits(value) && /^[\x21-\x7e]+$/.test(value),
  ),
  apiHost: expected("a host, or a ws:// or wss:// URL", (value): value is string => text.fits(value) && isHost(value)),
  signal: expected(
    "an AbortSignal",
    (value): value is AbortSignal =>
      isObject(value) && ["aborted", "addEventListener", "removeEventListener"].every((name) => name in value),
  ),
  connectTimeout: ms,
  maxConnectionRetries: count,
  connectionRetryDelay: ms,
  terminationTimeout: ms,
  reconnect: switchable,
  frameDuration: numberFrom(50, 1000),
  pace: switchable,
  // At 0 the stream would never ask for the first write.
  audioBuffer: numberFrom(1, longest),
  extraParams: expected("an object", isObject),
  onWarning: expected("a function", (value): value is (...given: never[]) => unknown => typeof value === "function"),
};

export const expectedOptions: Readonly<Record<string, Expected>> = { ...expectedParameters, ...own };

/** Fields of options that also accept a boolean. */
export const expectedFields = {
  reconnect: { maxAttempts: count, maxDelay: ms, replayBuffer: ms },
  pace: { rate: numberFrom(0.01), burst: ms },
};

export const knownNames = {
  // A token is a parameter of the service, too.
  parameters: { ...expectedParameters, ...deprecatedParameters, token: own.token },
  own: Object.keys(own),
};

export function isHost(text: string): boolean {
  return Boolean(attempt(() => origin(text).host));
}
