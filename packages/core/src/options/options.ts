import * as v from "valibot";
import { type AudioEncoding, largestMessage, pcmFormat } from "../audio/audio-format.ts";
import type { Pace } from "../audio/pacer.ts";
import type { Platform } from "../connection/socket.ts";
import type { TokenGrant } from "../connection/token-grant.ts";
import { Secrets } from "../errors/redact.ts";
import { StreamingError } from "../errors/streaming-error.ts";
import { collapseExtraParams } from "../protocol/extra-params.ts";
import { parameterWarnings } from "../protocol/parameter-warnings.ts";
import {
  deprecatedSchemas,
  modernize,
  parameterSchemas,
  type StreamingParameters,
  wireName,
} from "../protocol/parameters.ts";
import { origin } from "../protocol/url.ts";
import { notOneOf } from "./closed-set.ts";
import { explainIssue } from "./explain-issue.ts";
import { nearestName } from "./nearest-name.ts";

/** The argument of a token provider. */
export interface TokenRequest {
  /** Counts connection attempts from 1 over the whole session. */
  readonly attempt: number;
  /** Aborts when the token is no longer needed. */
  readonly signal: AbortSignal;
}

/**
 * Returns a temporary token, alone or with the host that accepts it. Called for every connection attempt, because the
 * service accepts each token only once.
 *
 * @example
 * const token: TokenProvider = async ({ signal }) => (await fetch("/api/token", { method: "POST", signal })).text();
 */
export type TokenProvider = (request: TokenRequest) => string | TokenGrant | Promise<string | TokenGrant>;

export interface ReconnectOptions {
  /**
   * Consecutive attempts without progress before the session fails.
   * @default 10
   */
  maxAttempts?: number | undefined;
  /**
   * The longest delay between attempts, in ms.
   * @default 10_000
   */
  maxDelay?: number | undefined;
  /**
   * How much sent audio is kept to send again, in ms. Older audio is reported as lost when the connection drops.
   * @default 60_000
   */
  replayBuffer?: number | undefined;
}

/**
 * Options of `connect`: the service's parameters under the vendor's camelCase names, and the client's own.
 *
 * @example
 * const session = connect({ token: tokenFrom("/api/token"), sampleRate: 16_000, speechModel: "universal-3-5-pro" });
 */
export interface ConnectOptions extends StreamingParameters {
  /**
   * A temporary token, or better a function that fetches one: every reconnection needs a new token.
   *
   * @example token: tokenFrom("/api/token")
   */
  token?: string | TokenProvider | undefined;
  /**
   * The account's API key. Works only if the platform's sockets can send headers (servers); in a browser it is rejected with
   * `api-key-in-browser`.
   */
  apiKey?: string | undefined;
  /**
   * A host, or a `ws://` or `wss://` URL. Overrides the host that `token` returns; a difference is reported to `onWarning`.
   * @default the host that `token` returns, or "streaming.assemblyai.com"
   */
  apiHost?: string | undefined;
  /** Aborting it calls `session.abort(signal.reason)`. */
  signal?: AbortSignal | undefined;
  /**
   * The limit for one connection attempt, from the token request to `Begin`, in ms.
   * @default 10_000
   */
  connectTimeout?: number | undefined;
  /**
   * Further attempts after the first one fails when a session starts.
   * @default 2
   */
  maxConnectionRetries?: number | undefined;
  /**
   * Base of the exponential backoff between attempts, in ms.
   * @default 500
   */
  connectionRetryDelay?: number | undefined;
  /**
   * How long to wait for Termination, in ms, from the end of the audio and again from each new word. A peer that stays silent
   * may be dead: that is detected first, within 10 s, and counts as a drop.
   * @default 5000
   */
  terminationTimeout?: number | undefined;
  /**
   * Reconnects when an open connection drops, and sends again what was not final. `false` fails the session instead.
   * @default { maxAttempts: 10, maxDelay: 10_000, replayBuffer: 60_000 }
   */
  reconnect?: boolean | ReconnectOptions | undefined;
  /**
   * Duration of the audio in one message, in ms: 50–1000, and at most 128 KB (682 ms at 96 kHz).
   * @default 50
   */
  frameDuration?: number | undefined;
  /**
   * How fast audio is sent: at most `burst` ms ahead, then at `rate` times real time. `false` for no limit.
   * @default { rate: 1.25, burst: 5000 }
   */
  pace?: boolean | Partial<Pace> | undefined;
  /**
   * High-water mark of `audio`, in ms of audio.
   * @default 1000
   */
  audioBuffer?: number | undefined;
  /**
   * Query parameters that this version does not know, under their wire names. A known one is used as the option of that name,
   * with a warning; if that option is also given, the one here is ignored.
   *
   * @example extraParams: { new_parameter: 1 }
   */
  extraParams?: Readonly<Record<string, unknown>> | undefined;
  /**
   * Called with warnings about deprecated or risky options and odd messages.
   * @default console.warn
   */
  onWarning?: ((message: string) => void) | undefined;
}

/** The checked options, with all defaults. */
export interface Settings {
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly encoding: AudioEncoding;
  readonly sampleRate: number;
  readonly token: string | TokenProvider | undefined;
  readonly apiKey: string | undefined;
  readonly apiHost: string;
  /** Whether `apiHost` is from the options: then a token's host does not replace it. */
  readonly apiHostGiven: boolean;
  readonly signal: AbortSignal | undefined;
  readonly connectTimeout: number;
  readonly maxConnectionRetries: number;
  readonly connectionRetryDelay: number;
  readonly terminationTimeout: number;
  readonly reconnect:
    | { readonly maxAttempts: number; readonly maxDelay: number; readonly replayBuffer: number }
    | undefined;
  readonly frameDuration: number;
  readonly pace: Pace | undefined;
  readonly audioBuffer: number;
  readonly extraParams: Readonly<Record<string, unknown>>;
  /** Values from the options that must never be shown. */
  readonly secrets: readonly string[];
  /** Reports to `onWarning`. Never throws. */
  readonly warn: (message: string) => void;
  /** Reports to `onWarning`, once a session for each topic. */
  readonly warnOnce: (topic: string, message: string) => void;
}

/** setTimeout's maximum. */
const longest = 2 ** 31 - 1;
const ms = v.pipe(v.number(), v.minValue(0), v.maxValue(longest));
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const callable = v.custom<(...given: never[]) => unknown>(
  (value) => typeof value === "function",
  "Expected a function",
);

const switchable = v.custom<boolean | object>(
  (value) => typeof value === "boolean" || (typeof value === "object" && value !== null),
  "Expected true, false, or an object",
);

const optionSchemas = {
  token: v.custom<string | TokenProvider>(
    (value) => typeof value === "function" || (typeof value === "string" && value !== ""),
    "Expected a token that is not empty, or a function",
  ),
  // Characters that an HTTP header can carry. A key read from a file often ends with a line break.
  apiKey: v.custom<string>(
    (value) => typeof value === "string" && /^[\x21-\x7e]+$/.test(value),
    "Expected visible ASCII characters without spaces or line breaks",
  ),
  apiHost: v.custom<string>(
    (value) => typeof value === "string" && isHost(value),
    "Expected a host, or a ws:// or wss:// URL",
  ),
  signal: v.custom<AbortSignal>(
    (value) =>
      typeof value === "object" &&
      value !== null &&
      ["aborted", "addEventListener", "removeEventListener"].every((name) => name in value),
    "Expected an AbortSignal",
  ),
  connectTimeout: ms,
  maxConnectionRetries: count,
  connectionRetryDelay: ms,
  terminationTimeout: ms,
  reconnect: switchable,
  frameDuration: v.pipe(v.number(), v.minValue(50), v.maxValue(1000)),
  pace: switchable,
  // At 0 the stream would never ask for the first write.
  audioBuffer: v.pipe(ms, v.minValue(1)),
  extraParams: v.custom<object>((value) => typeof value === "object" && value !== null, "Expected an object"),
  onWarning: callable,
};

/** Fields of options that also accept a boolean. */
const nestedSchemas = {
  reconnect: { maxAttempts: count, maxDelay: ms, replayBuffer: ms },
  pace: { rate: v.pipe(v.number(), v.minValue(0.01)), burst: ms },
};

const schemas: Readonly<Record<string, v.GenericSchema>> = { ...parameterSchemas, ...optionSchemas };
const known = {
  // A token is a parameter of the service, too.
  parameters: { ...parameterSchemas, ...deprecatedSchemas, token: optionSchemas.token },
  own: Object.keys(optionSchemas),
};
const secretOptions = ["apiKey", "token", "webhookAuthHeaderValue"] as const;

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
  } = collapseExtraParams({ ...given }, known, (message) => warnings.push(message));
  const options: ConnectOptions = modernize({ ...named, extraParams: extra }, (message) => warnings.push(message));
  const { encoding = "pcm_s16le", apiHost = "streaming.assemblyai.com", token, apiKey, sampleRate } = options;

  const problems = [
    ...findProblems(options, schemas),
    ...findProblems(options.reconnect, nestedSchemas.reconnect, "reconnect."),
    ...findProblems(options.pace, nestedSchemas.pace, "pace."),
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
  warnings.push(...parameterWarnings({ ...options }));
  if (options.customerSupportAudioCapture)
    warnings.push("customerSupportAudioCapture lets the service record the session's audio.");
  const warn = guarded(options.onWarning ?? ((message: string) => console.warn(`voxpipe: ${message}`)));
  for (const warning of warnings) warn(warning);

  const { reconnect = true, pace = true, extraParams = {} } = options;
  const own = new Set(Object.keys(optionSchemas));
  return {
    parameters: Object.fromEntries(Object.entries(options).filter(([name]) => !own.has(name))),
    encoding,
    sampleRate: sampleRate ?? 16_000,
    token,
    apiKey,
    apiHost,
    apiHostGiven: options.apiHost !== undefined,
    signal: options.signal,
    connectTimeout: options.connectTimeout ?? 10_000,
    maxConnectionRetries: options.maxConnectionRetries ?? 2,
    connectionRetryDelay: options.connectionRetryDelay ?? 500,
    terminationTimeout: options.terminationTimeout ?? 5000,
    reconnect: reconnect
      ? withDefaults({ maxAttempts: 10, maxDelay: 10_000, replayBuffer: 60_000 }, reconnect)
      : undefined,
    frameDuration: options.frameDuration ?? 50,
    pace: pace ? withDefaults({ rate: 1.25, burst: 5000 }, pace) : undefined,
    audioBuffer: options.audioBuffer ?? 1000,
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
  if (typeof extra !== "object" || extra === null) return [];
  return secretOptions.flatMap((name) => [Reflect.get(extra, name), Reflect.get(extra, wireName(name))]);
}

/** One line for each value that its schema rejects, and each unknown name. Empty if everything is valid. */
export function findProblems(options: unknown, known: Readonly<Record<string, v.GenericSchema>>, path = ""): string[] {
  if (typeof options !== "object" || options === null) return [];
  return Object.entries(options).flatMap(([name, value]) => {
    if (value === undefined) return [];
    const schema = Object.hasOwn(known, name) ? known[name] : undefined;
    if (!schema) {
      const near = nearestName(name, Object.keys(known));
      return `${path}${name}: unknown option.${near ? ` Did you mean ${near}?` : ""}`;
    }
    const result = v.safeParse(schema, value);
    if (result.success) return [];
    const closed: unknown = schema.type === "picklist" ? Reflect.get(schema, "options") : undefined;
    if (Array.isArray(closed)) return `${path}${name}: ${show(value)} is not valid. ${notOneOf(value, closed)}.`;
    return `${path}${name}: ${refusal(name, value, result.issues[0])}.`;
  });
}

/** @throws StreamingError `invalid-options` if there are problems. */
export function refuse(problems: readonly string[]): void {
  if (problems.length > 0) throw new StreamingError("invalid-options", problems.join("\n"));
}

function refusal(name: string, value: unknown, issue: v.BaseIssue<unknown>): string {
  if (!secretOptions.some((option) => option === name)) return `${show(value)} is not valid. ${explainIssue(issue)}`;
  return typeof value === "string" ? explainIssue(issue) : `cannot be a ${typeof value}`;
}

function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.slice(0, 80));
  return (typeof value === "object" ? asJson(value) : String(value)).slice(0, 80);
}

function asJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? "The value";
  } catch {
    return "The object";
  }
}

function isHost(text: string): boolean {
  try {
    return origin(text).host !== "";
  } catch {
    return false;
  }
}

function withDefaults<T extends object>(defaults: T, given: true | { [Name in keyof T]?: T[Name] | undefined }): T {
  if (given === true) return defaults;
  return { ...defaults, ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) };
}
