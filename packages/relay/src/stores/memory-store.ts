import { isSame, type Position } from "../log/position.ts";
import { type LogBounds, RoomLog } from "../log/room-log.ts";
import { superseded } from "../publish/superseded.ts";
import type { Batch, Claim, Follower, Store } from "./store.ts";

export interface MemoryStoreOptions {
  readonly bounds: LogBounds;
  /** How long after the last entry a room is forgotten, in ms. */
  readonly expireAfter: number;
}

interface Room {
  fence: number;
  readonly log: RoomLog;
  expiry: ReturnType<typeof setTimeout> | undefined;
}

/** Rooms of one process. */
export class MemoryStore implements Store {
  readonly #options: MemoryStoreOptions;
  readonly #rooms = new Map<string, Room>();
  readonly #followers = new Map<string, Set<Follower>>();

  constructor(options: MemoryStoreOptions) {
    this.#options = options;
  }

  async claim(name: string): Promise<Claim> {
    const room = this.#rooms.get(name) ?? { fence: 0, log: new RoomLog(this.#options.bounds), expiry: undefined };
    this.#rooms.set(name, room);
    this.#renew(name, room);
    room.fence = Math.max(Date.now(), room.fence + 1);
    return { fence: room.fence, entries: room.log.after(undefined), last: room.log.last };
  }

  async append(name: string, { fence, after, entries }: Batch): Promise<Position | undefined> {
    const room = this.#rooms.get(name) ?? { fence, log: new RoomLog(this.#options.bounds), expiry: undefined };
    if (room.fence > fence) throw superseded(name);
    this.#rooms.set(name, room);
    this.#renew(name, room);
    // A room that expired while its publisher was silent has forgotten what the publisher still holds.
    if (!isSame(room.log.last, after)) return room.log.last;
    for (const entry of entries) room.log.append(entry);
    for (const follower of this.#followers.get(name) ?? []) follower.receive(entries, room.log.dropped);
    return room.log.last;
  }

  follow(follower: Follower): () => void {
    const { room } = follower;
    const all = this.#followers.get(room) ?? new Set();
    this.#followers.set(room, all.add(follower));
    const log = this.#rooms.get(room)?.log;
    follower.receive(log?.after(follower.last) ?? [], log?.dropped);
    return () => {
      all.delete(follower);
      if (all.size === 0 && this.#followers.get(room) === all) this.#followers.delete(room);
    };
  }

  async close(): Promise<void> {
    for (const { expiry } of this.#rooms.values()) clearTimeout(expiry);
    this.#rooms.clear();
    this.#followers.clear();
  }

  #renew(name: string, room: Room): void {
    clearTimeout(room.expiry);
    room.expiry = setTimeout(() => this.#rooms.delete(name), this.#options.expireAfter);
    unref(room.expiry);
  }
}

/** A room that waits for its end does not keep a process running. Browsers' timers are numbers. */
function unref(timer: ReturnType<typeof setTimeout>): void {
  if (typeof timer === "object") timer.unref();
}
