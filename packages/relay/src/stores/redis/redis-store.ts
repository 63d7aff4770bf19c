import { type Position, parsePosition, positionText } from "../../log/position.ts";
import { superseded } from "../../publish/superseded.ts";
import type { RelayError } from "../../relay-error.ts";
import type { Batch, Claim, Follower, Store } from "../store.ts";
import type { RedisClient } from "./client.ts";
import { metaText, readRange } from "./entry-fields.ts";
import { keysOf, type RoomKeys } from "./keys.ts";
import { RedisLink } from "./link.ts";
import { appendScript, claimScript } from "./scripts.ts";
import { mergeEntries, Tails } from "./tails.ts";

export interface RedisStoreOptions {
  readonly keyPrefix: string;
  /** How long after its last entry a room is forgotten, in ms. */
  readonly expireAfter: number;
  readonly onError: (error: RelayError) => void;
}

/** Length of the live stream: 13 s of ten partials a second. Who is further behind continues from the kept entries. */
const liveLength = "128";

/** Rooms on Redis Streams, for any number of processes. Redis 6.2 or newer. */
export class RedisStore implements Store {
  readonly #options: RedisStoreOptions;
  readonly #commands: RedisLink;
  readonly #tails: Tails;

  constructor(client: RedisClient, options: RedisStoreOptions) {
    this.#options = options;
    this.#commands = new RedisLink(client);
    this.#tails = new Tails(this.#commands, new RedisLink(client), options);
  }

  async claim(room: string): Promise<Claim> {
    const keys = this.#keys(room);
    const reply = await this.#run(claimScript, keys, [String(this.#options.expireAfter)]);
    const [fence, last] = Array.isArray(reply) ? reply : [];
    // Nobody else can append any more, so that the two are of one moment.
    const ranges = [keys.live, keys.kept].map((key) => this.#commands.send(["XRANGE", key, "-", "+"]));
    const entries = mergeEntries((await Promise.all(ranges)).flatMap(readRange));
    return { fence: Number(fence), entries, last: parsePosition(String(last)) };
  }

  async append(room: string, { fence, after, entries, oldestKept, dropped }: Batch): Promise<Position | undefined> {
    const text = (position: Position | undefined) => (position ? positionText(position) : "");
    let previous = after;
    const fields = entries.flatMap((entry) => {
      const { position, kept, data } = entry;
      const meta = metaText(entry, previous);
      previous = position;
      return [positionText(position), kept ? "1" : "0", meta, data];
    });
    const reply = await this.#run(appendScript, this.#keys(room), [
      String(fence),
      text(after),
      String(this.#options.expireAfter),
      liveLength,
      text(oldestKept),
      text(dropped),
      ...fields,
    ]);
    if (reply === "superseded") throw superseded(room);
    return parsePosition(String(reply));
  }

  follow(follower: Follower): () => void {
    return this.#tails.follow(follower);
  }

  async close(): Promise<void> {
    this.#tails.close();
    this.#commands.close();
  }

  #run(script: string, { head, kept, live }: RoomKeys, args: readonly string[]): Promise<unknown> {
    return this.#commands.send(["EVAL", script, "3", head, kept, live, ...args]);
  }

  #keys(room: string): RoomKeys {
    return keysOf(this.#options.keyPrefix, room);
  }
}
