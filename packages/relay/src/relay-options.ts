import type { LogBounds } from "./log/room-log.ts";
import type { ReaderLimits } from "./read/reader-counts.ts";
import { RelayError } from "./relay-error.ts";
import { isRedisClient, type RedisClient } from "./stores/redis/client.ts";

export interface RelayOptions {
  /**
   * A client of the package `redis` (4 or newer) or `ioredis` (5 or newer), connected or not: the relay opens connections of
   * its own with the same settings, and leaves this one alone. Without it, rooms are those of this process.
   *
   * @example createRelay({ redis: createClient({ url: process.env.REDIS_URL }) })
   */
  readonly redis?: RedisClient | undefined;
  /** What all keys in Redis begin with. @default "voxpipe-relay" */
  readonly keyPrefix?: string | undefined;
  /** Most final turns and other permanent events that a room holds for who joins late. @default 1000 */
  readonly keep?: number | undefined;
  /** Most bytes of them; the oldest go first. @default 4_000_000 */
  readonly keepBytes?: number | undefined;
  /** How long after its last event a room is forgotten, in ms. @default 3_600_000 */
  readonly expireAfter?: number | undefined;
  /** After how long a silent connection gets a heartbeat, in ms. @default 15_000 */
  readonly heartbeat?: number | undefined;
  /** How long a reader may take nothing of what waits for it, in ms; then it is disconnected. @default 30_000 */
  readonly stallTimeout?: number | undefined;
  /**
   * How long a connection lasts at most, in ms: then the reader comes back and continues, perhaps on another server. It ends
   * those who never read what fits into the buffers of the network, which no server can see. @default 1_800_000
   */
  readonly maxConnectionAge?: number | undefined;
  /** Most bytes that are handed to a reader's connection at a time; one event may be longer. @default 65_536 */
  readonly chunkBytes?: number | undefined;
  /** How long `publish` keeps trying to store the last events after `events` has ended, in ms. @default 60_000 */
  readonly flushTimeout?: number | undefined;
  readonly limits?: Partial<RelayLimits> | undefined;
  /** Is called with what goes wrong while the relay continues: Redis away, events left out, `authorize` throwing. @default `console.error` */
  readonly onError?: ((error: RelayError) => void) | undefined;
}

/** Of this process. */
export interface RelayLimits extends ReaderLimits {
  /** Rooms that are published or read at once. @default 1000 */
  readonly rooms: number;
  /** @default 20_000 */
  readonly readers: number;
  /** @default 10_000 */
  readonly readersPerRoom: number;
  /** Of an identity that `authorize` returned, in all rooms. @default 20 */
  readonly readersPerIdentity: number;
}

/** The options with their defaults. */
export interface RelaySettings {
  readonly redis: RedisClient | undefined;
  readonly keyPrefix: string;
  readonly bounds: LogBounds;
  readonly expireAfter: number;
  readonly heartbeat: number;
  readonly stallTimeout: number;
  readonly maxConnectionAge: number;
  readonly chunkBytes: number;
  readonly flushTimeout: number;
  readonly limits: RelayLimits;
  readonly onError: (error: RelayError) => void;
}

const numbers = {
  keep: 1000,
  keepBytes: 4_000_000,
  expireAfter: 3_600_000,
  heartbeat: 15_000,
  stallTimeout: 30_000,
  maxConnectionAge: 1_800_000,
  chunkBytes: 65_536,
  flushTimeout: 60_000,
};
const limitNumbers = { rooms: 1000, readers: 20_000, readersPerRoom: 10_000, readersPerIdentity: 20 };
const others = ["redis", "keyPrefix", "limits", "onError"];
/** setTimeout's, in ms. */
const longestTimer = 2 ** 31 - 1;

/** @throws RelayError `invalid-options` */
export function settingsOf(options: RelayOptions): RelaySettings {
  checkNames("createRelay", options, [...Object.keys(numbers), ...others]);
  const { redis, keyPrefix = "voxpipe-relay", limits = {}, onError = report } = options;
  checkNames("limits", limits, Object.keys(limitNumbers));
  if (redis !== undefined && !isRedisClient(redis))
    throw invalid(
      "The option redis is no client.",
      "Pass what createClient of redis or new Redis of ioredis returned.",
    );
  if (typeof keyPrefix !== "string" || keyPrefix === "")
    throw invalid("The option keyPrefix is no text.", "Leave it out, or name what the keys begin with.");
  if (typeof onError !== "function") throw invalid("The option onError is no function.", "Leave it out, or pass one.");
  const { keep, keepBytes, ...rest } = positive(numbers, options);
  return {
    ...rest,
    redis,
    keyPrefix,
    bounds: { entries: keep, bytes: keepBytes },
    limits: positive(limitNumbers, limits),
    onError,
  };
}

/** The given numbers, or their defaults. */
function positive<K extends string>(
  defaults: Record<K, number>,
  given: { readonly [name in NoInfer<K>]?: number | undefined },
): Record<K, number> {
  const checked = { ...defaults };
  for (const name in defaults) {
    const value = given[name] ?? defaults[name];
    if (!Number.isInteger(value) || value < 1 || value > longestTimer)
      throw invalid(`The option ${name} is ${JSON.stringify(value)}.`, `Use a whole number from 1 to ${longestTimer}.`);
    checked[name] = value;
  }
  return checked;
}

function checkNames(where: string, options: object, known: readonly string[]): void {
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw invalid(`${where} has no option ${JSON.stringify(unknown)}.`, `It has ${known.join(", ")}.`);
}

function invalid(message: string, remedy: string): RelayError {
  return new RelayError("invalid-options", message, { remedy });
}

function report(error: RelayError): void {
  console.error(error);
}
