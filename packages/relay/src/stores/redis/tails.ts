import type { Entry } from "../../log/entry.ts";
import { isAfter, type Position, parsePosition, positionText } from "../../log/position.ts";
import { RelayError } from "../../relay-error.ts";
import { pause } from "../../timing/abort.ts";
import { backoff } from "../../timing/backoff.ts";
import type { Follower } from "../store.ts";
import { readRange, readStreams, type StoredEntry } from "./entry-fields.ts";
import { keysOf, type RoomKeys } from "./keys.ts";
import type { RedisLink } from "./link.ts";

/** A room that somebody in this process follows. */
interface Tail {
  readonly keys: RoomKeys;
  readonly followers: Set<Follower>;
  /** Whether followers have all that was stored up to `position`. */
  state: "behind" | "catching up" | "level";
  position: Position;
}

export interface TailsOptions {
  readonly keyPrefix: string;
  readonly onError: (error: RelayError) => void;
}

const start: Position = { fence: 0, count: 0 };
/** How long Redis waits for entries before it answers that there are none, in ms: a room is joined to the wait after that. */
const block = "250";
/** Most entries of a room in one reply. */
const mostEntries = "64";
/** In ms. */
const [firstPause, longestPause] = [50, 1000];

/**
 * All rooms that are followed in this process, read over one connection that waits for any of them. Each room is first
 * caught up with from what is kept. Entries name the one before, so that a room of which the live stream has already
 * dropped some is noticed, and caught up with again.
 */
export class Tails {
  readonly #commands: RedisLink;
  readonly #reading: RedisLink;
  readonly #options: TailsOptions;
  readonly #tails = new Map<string, Tail>();
  readonly #closing = new AbortController();
  #running = false;

  constructor(commands: RedisLink, reading: RedisLink, options: TailsOptions) {
    this.#commands = commands;
    this.#reading = reading;
    this.#options = options;
  }

  follow(follower: Follower): () => void {
    const keys = keysOf(this.#options.keyPrefix, follower.room);
    const tail: Tail = this.#tails.get(keys.live) ?? { keys, followers: new Set(), state: "behind", position: start };
    this.#tails.set(keys.live, tail);
    tail.followers.add(follower);
    tail.state = "behind";
    this.#catchUp(tail).catch(() => {});
    this.#run().catch(() => {});
    return () => {
      tail.followers.delete(follower);
      if (tail.followers.size === 0 && this.#tails.get(keys.live) === tail) this.#tails.delete(keys.live);
    };
  }

  close(): void {
    this.#closing.abort();
    this.#tails.clear();
    this.#reading.close();
  }

  /** Reads on until nobody follows any more. */
  async #run(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    const { signal } = this.#closing;
    try {
      for (let failures = 0; this.#tails.size > 0; ) {
        try {
          const behind = [...this.#tails.values()].filter(({ state }) => state === "behind");
          await Promise.all(behind.map((tail) => this.#catchUp(tail)));
          await this.#readOn();
          failures = 0;
        } catch (error) {
          if (signal.aborted) return;
          if (failures++ === 0 && error instanceof RelayError) this.#options.onError(error);
          for (const tail of this.#tails.values()) if (tail.state === "level") tail.state = "behind";
          await pause(backoff(failures, firstPause, longestPause), signal);
        }
      }
    } finally {
      this.#running = false;
    }
  }

  async #readOn(): Promise<void> {
    const level = [...this.#tails.values()].filter(({ state }) => state === "level");
    if (level.length === 0) return pause(firstPause, this.#closing.signal);
    const keys = level.map((tail) => tail.keys.live);
    const positions = level.map((tail) => positionText(tail.position));
    const options = ["COUNT", mostEntries, "BLOCK", block];
    const reply = await this.#reading.send(["XREAD", ...options, "STREAMS", ...keys, ...positions]);
    for (const { key, stored } of readStreams(reply)) {
      const tail = this.#tails.get(key);
      if (tail?.state === "level") this.#deliver(tail, stored);
    }
  }

  #deliver(tail: Tail, stored: readonly StoredEntry[]): void {
    const news = stored.filter(({ entry }) => isAfter(entry.position, tail.position));
    const missed = news.findIndex(({ previous }, i) => {
      const known = news[i - 1]?.entry.position ?? tail.position;
      return previous !== undefined && isAfter(previous, known);
    });
    const entries = news.slice(0, missed < 0 ? undefined : missed).map(({ entry }) => entry);
    const last = entries.at(-1);
    if (last) tail.position = last.position;
    if (missed >= 0) tail.state = "behind";
    if (entries.length > 0) for (const follower of tail.followers) follower.receive(entries, undefined);
  }

  /** From what is kept, and the newest partials. */
  async #catchUp(tail: Tail): Promise<void> {
    tail.state = "catching up";
    const { followers, keys } = tail;
    const arrived = [...followers];
    try {
      const from = earliest(arrived);
      const range = ["+"];
      const low = from === start ? "-" : `(${positionText(from)}`;
      // Kept entries are read after the live ones: they reach at least as far as the first of those.
      const [live, kept, dropped] = await Promise.all([
        this.#commands.send(["XRANGE", keys.live, low, ...range]),
        this.#commands.send(["XRANGE", keys.kept, low, ...range]),
        this.#commands.send(["HGET", keys.head, "dropped"]),
      ]);
      const entries = mergeEntries([...readRange(live), ...readRange(kept)]);
      tail.position = entries.at(-1)?.position ?? from;
      // One that came meanwhile needs its own beginning.
      tail.state = [...followers].every((follower) => arrived.includes(follower)) ? "level" : "behind";
      for (const follower of arrived)
        if (followers.has(follower)) follower.receive(entries, parsePosition(String(dropped)));
    } catch (error) {
      tail.state = "behind";
      throw error;
    }
  }
}

/** Up to where all followers have everything. */
function earliest(followers: readonly Follower[]): Position {
  return followers.map(({ last }) => last ?? start).reduce((a, b) => (isAfter(a, b) ? b : a));
}

/** In order, each once. */
export function mergeEntries(stored: readonly StoredEntry[]): Entry[] {
  const byPosition = new Map(stored.map(({ entry }) => [positionText(entry.position), entry]));
  return [...byPosition.values()].sort((a, b) => (isAfter(a.position, b.position) ? 1 : -1));
}
