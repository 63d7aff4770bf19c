import * as v from "valibot";
import { redact } from "../errors/safe-cause.ts";
import { TokenError } from "../errors/token-error.ts";
import { defaultHost } from "./token-url.ts";

/** The options of a request that this package sends. */
export interface FetchInit {
  readonly method: "GET";
  readonly headers: Record<string, string>;
  readonly redirect: "manual";
  readonly signal: AbortSignal;
}

/** The part of a `Response` that this package reads. The body may also be a Node stream, as that of `node-fetch` is. */
export interface FetchResponse {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly body: ReadableStream<Uint8Array> | AsyncIterable<unknown> | null;
}

/**
 * The part of `fetch` that this package uses: the platform's, or one that goes through a proxy, such as those of `undici` and
 * `node-fetch`.
 */
export type Fetch = (url: string, init: FetchInit) => Promise<FetchResponse>;

export interface TemporaryTokenOptions {
  /** The account's API key. It is sent in the `Authorization` header to `apiHost` and nowhere else. */
  readonly apiKey: string;
  /** How long the token can be redeemed, in seconds: 1–600, checked by the service. An open session may outlast it. */
  readonly expiresInSeconds: number;
  /**
   * The longest session that the token opens, in seconds: 60–10 800, checked by the service.
   * @default 10_800
   */
  readonly maxSessionDurationSeconds?: number | undefined;
  /**
   * Host, or `ws(s)://` or `http(s)://` URL. A host alone means `https`.
   * @default "streaming.assemblyai.com"
   */
  readonly apiHost?: string | undefined;
  /**
   * A replacement for the global `fetch`, for example one that goes through a proxy.
   *
   * @default globalThis.fetch
   * @example fetch: (url, init) => undici.fetch(url, { ...init, dispatcher: new ProxyAgent(proxy) })
   */
  readonly fetch?: Fetch | undefined;
  /** Ends the call with the code `aborted`. */
  readonly signal?: AbortSignal | undefined;
  /**
   * The limit for the whole call, retries and pauses included, in ms.
   * @default 10_000
   */
  readonly timeout?: number | undefined;
  /**
   * How often 429, 5xx and network failures are retried. 0 for never.
   * @default 2
   */
  readonly maxRetries?: number | undefined;
  /**
   * The first pause between attempts, in ms. It doubles with every failure, with full jitter. `Retry-After` is a floor.
   * @default 500
   */
  readonly retryDelay?: number | undefined;
}

// Node's timers cannot wait longer: they would fire at once.
export const longestTimer = 2 ** 31 - 1;

export const apiKey = v.pipe(
  v.string("must be a string"),
  v.nonEmpty("is empty: is the environment variable set?"),
  // fetch rejects control characters with an error that quotes the whole value.
  v.regex(/^[\x21-\x7e]*$/, "contains white space, a line break or another character that no API key has"),
);
export const milliseconds = v.pipe(
  v.number("must be a number of milliseconds"),
  v.minValue(0, "must not be negative"),
  v.maxValue(longestTimer, `must be at most ${longestTimer}`),
);
export const seconds = v.pipe(v.number("must be a number of seconds"), v.finite("must be finite"));
export const count = v.pipe(
  v.number("must be a number"),
  v.integer("must be whole"),
  v.minValue(0, "must not be negative"),
);

/** The options about reaching the service. */
export const serviceEntries = {
  apiKey,
  apiHost: v.optional(v.pipe(v.string("must be a string"), v.nonEmpty("is empty")), defaultHost),
  fetch: v.optional(v.custom<Fetch>((value) => typeof value === "function", "must be a function")),
  timeout: v.optional(milliseconds, 10_000),
  maxRetries: v.optional(count, 2),
  retryDelay: v.optional(milliseconds, 500),
};

const schema = exactly(
  {
    ...serviceEntries,
    expiresInSeconds: seconds,
    maxSessionDurationSeconds: v.optional(seconds),
    signal: v.optional(v.custom<AbortSignal>(isSignal, "must be an AbortSignal")),
  },
  "must be an object",
);

export type CheckedTokenOptions = v.InferOutput<typeof schema>;

/** An object with these options only: a misspelt option would silently have no effect. */
export function exactly<E extends v.ObjectEntries>(entries: E, message: string) {
  return v.strictObject(entries, ({ expected, input, path }) => {
    if (path === undefined) return message;
    return expected === "never" ? unknownOption(String(input), Object.keys(entries)) : "is missing";
  });
}

function unknownOption(name: string, known: readonly string[]): string {
  const plain = name.toLowerCase();
  const near = known.find((other) => plain.startsWith(other.toLowerCase()) || other.toLowerCase().startsWith(plain));
  return `is not an option: ${near === undefined ? `use one of ${known.join(", ")}` : `do you mean ${near}?`}`;
}

/** The options with their defaults. The service checks ranges. */
export function checkTokenOptions(options: unknown): CheckedTokenOptions {
  return checkOptions(schema, options, "No token was requested");
}

/** Validates options with a schema. Throws a `TokenError` that lists every fault: name, reason, value. */
export function checkOptions<S extends v.GenericSchema>(
  schema: S,
  options: unknown,
  outcome: string,
): v.InferOutput<S> {
  const result = v.safeParse(schema, options, { abortPipeEarly: true });
  if (result.success) return result.output;
  const secret = secretOf(options);
  const faults = result.issues.map((issue) => {
    const name = v.getDotPath(issue) ?? "options";
    const got = issue.expected === "never" ? "" : seen(name, issue.input, secret);
    return `${name} ${issue.message}${got}`;
  });
  throw new TokenError("invalid-options", `${outcome}: ${faults.join("; ")}.`, {
    remedy: "Correct the options that are named.",
  });
}

function seen(name: string, value: unknown, secret: string): string {
  if (name === "options" && typeof value === "object") return "";
  if (name === "apiKey") return value === undefined ? " (it is undefined: is the environment variable set?)" : "";
  if (typeof value === "string") return ` (got ${JSON.stringify(redact(value, secret))})`;
  return typeof value === "number" ? ` (got ${value})` : ` (got ${value === null ? "null" : typeof value})`;
}

function secretOf(options: unknown): string {
  if (typeof options !== "object" || options === null || !("apiKey" in options)) return "";
  return typeof options.apiKey === "string" ? options.apiKey : "";
}

function isSignal(value: unknown): boolean {
  return typeof value === "object" && value !== null && "aborted" in value && "addEventListener" in value;
}
