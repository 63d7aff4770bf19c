import { largestMessage, pcmFormat } from "../audio/audio-format.ts";
import type { Platform } from "../connection/socket.ts";
import { Secrets } from "../errors/redact.ts";
import { StreamingError } from "../errors/streaming-error.ts";
import { collapseExtraParams } from "../protocol/extra-params.ts";
import { modernize, wireName } from "../protocol/parameters.ts";
import { origin } from "../protocol/url.ts";
import { isObject } from "./expected.ts";
import { expectedFields, expectedOptions, isHost, knownNames } from "./expected-options.ts";
import { findProblems, refuse, secretOptions } from "./find-problems.ts";
import type { ConnectOptions, Settings } from "./options.ts";

const defaults = {
  sampleRate: 16_000,
  connectTimeout: 10_000,
  maxConnectionRetries: 2,
  connectionRetryDelay: 500,
  terminationTimeout: 5000,
  frameDuration: 50,
  audioBuffer: 1000,
};

/**
 * Checks everything before anything is sent.
 *
 * @throws StreamingError `invalid-options` with every bad option, or `api-key-in-browser`.
 */
export function parseOptions(given: ConnectOptions, platform: Pick<Platform, "sendsHeaders">): Settings {
  const warnings: string[] = [];
  const {
    options: named,
    extra,
    problems: misplaced,
  } = collapseExtraParams({ ...given }, knownNames, (message) => warnings.push(message));
  const options: ConnectOptions = modernize({ ...named, extraParams: extra }, (message) => warnings.push(message));
  const { encoding = "pcm_s16le", apiHost = "streaming.assemblyai.com", token, apiKey, sampleRate } = options;

  const problems = [
    ...findProblems(options, expectedOptions),
    ...findProblems(options.reconnect, expectedFields.reconnect, "reconnect."),
    ...findProblems(options.pace, expectedFields.pace, "pace."),
    ...misplaced,
    ...tooLongFrame(options),
  ];
  if (sampleRate === undefined && pcmFormat(encoding, 0))
    problems.push(`sampleRate: missing. ${encoding} audio needs it.`);
  if (token === undefined && apiKey === undefined && isHost(apiHost) && origin(apiHost).protocol === "wss:")
    problems.push("token: missing. Pass a token, a function that fetches one, or (on a server) apiKey.");
  if (token !== undefined && apiKey !== undefined)
    problems.push("apiKey: given together with token. Pass only one of the two.");
  const secrets = [...secretOptions.map((name) => options[name]), ...secretsIn(given?.extraParams)].filter(
    (secret) => typeof secret === "string",
  );
  const safe = new Secrets(secrets);
  refuse(problems.map((problem) => safe.redact(problem)));

  if (apiKey !== undefined && !platform.sendsHeaders)
    throw new StreamingError(
      "api-key-in-browser",
      "An API key must not be in a page, and its WebSocket cannot send one. Fetch a temporary token from your server.",
    );
  if (options.customerSupportAudioCapture)
    warnings.push("customerSupportAudioCapture lets the service record the session's audio.");
  const warn = guarded(options.onWarning ?? ((message: string) => console.warn(`voxpipe: ${message}`)));
  for (const warning of warnings) warn(warning);

  const { reconnect = true, pace = true, extraParams = {} } = options;
  const own = new Set(knownNames.own);
  return {
    parameters: Object.fromEntries(Object.entries(options).filter(([name]) => !own.has(name))),
    ...withDefaults(defaults, options),
    encoding,
    token,
    apiKey,
    apiHost,
    apiHostGiven: options.apiHost !== undefined,
    signal: options.signal,
    reconnect: reconnect
      ? withDefaults({ maxAttempts: 10, maxDelay: 10_000, replayBuffer: 60_000 }, reconnect)
      : undefined,
    pace: pace ? withDefaults({ rate: 1.25, burst: 5000 }, pace) : undefined,
    extraParams,
    secrets,
    warn,
    warnOnce: once(warn),
  };
}

function once(warn: (message: string) => void): Settings["warnOnce"] {
  const reported = new Set<string>();
  return (topic, message) => {
    if (reported.has(topic)) return;
    reported.add(topic);
    warn(message);
  };
}

/** If the callback throws, that is printed and the session continues. */
function guarded(warn: (message: string) => void): (message: string) => void {
  return (message) => {
    try {
      warn(message);
    } catch (error) {
      console.error("voxpipe: onWarning threw.", error);
    }
  };
}

function tooLongFrame({ encoding = "pcm_s16le", sampleRate, frameDuration }: ConnectOptions): string[] {
  if (typeof sampleRate !== "number" || typeof frameDuration !== "number") return [];
  const format = pcmFormat(encoding, sampleRate);
  const bytesPerMs = format ? (sampleRate * format.bytesPerSample) / 1000 : 0;
  const bytes = Math.ceil(frameDuration * bytesPerMs);
  if (!(bytes > largestMessage)) return [];
  const most = Math.floor(largestMessage / bytesPerMs);
  return [
    `frameDuration: ${frameDuration} is not valid at sampleRate ${sampleRate}. A message would have ${bytes} bytes, but the service accepts at most ${largestMessage}. Pass at most ${most}.`,
  ];
}

/** Secrets in options that are ignored or rejected must not be shown either. */
function secretsIn(extra: unknown): unknown[] {
  if (!isObject(extra)) return [];
  return secretOptions.flatMap((name) => [Reflect.get(extra, name), Reflect.get(extra, wireName(name))]);
}

/** The options that have a default here, and no others. */
function withDefaults<T extends object>(preset: T, given: true | { [Name in keyof T]?: T[Name] | undefined }): T {
  const chosen = Object.entries(given).filter(([name, value]) => name in preset && value !== undefined);
  return { ...preset, ...Object.fromEntries(chosen) };
}
