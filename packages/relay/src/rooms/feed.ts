import type { Entry } from "../log/entry.ts";
import type { Position } from "../log/position.ts";
import { type LogBounds, RoomLog } from "../log/room-log.ts";
import type { Follower } from "../stores/store.ts";

/** One room in this process, while somebody reads it: what it holds, once for all of its readers. */
export class Feed implements Follower {
  readonly room: string;
  readonly log: RoomLog;
  readonly #listeners = new Set<() => void>();
  readonly #loaded: Promise<void>;
  #setLoaded = () => {};
  #changed = performance.now();

  constructor(room: string, bounds: LogBounds) {
    this.room = room;
    this.log = new RoomLog(bounds);
    this.#loaded = new Promise((resolve) => {
      this.#setLoaded = resolve;
    });
  }

  get last(): Position | undefined {
    return this.log.last;
  }

  /** How many listen. */
  get size(): number {
    return this.#listeners.size;
  }

  /** Resolves once the store has answered. */
  get loaded(): Promise<void> {
    return this.#loaded;
  }

  receive(entries: readonly Entry[], dropped: Position | undefined): void {
    if (dropped) this.log.droppedThrough(dropped);
    this.#setLoaded();
    const added = entries.filter((entry) => this.log.append(entry));
    if (added.length === 0) return;
    this.#changed = performance.now();
    for (const listener of this.#listeners) listener();
  }

  /** `listener` is called when there is more. Returns a function that ends this. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Forgets what is as old as a room may become, in ms. */
  expire(age: number): void {
    if (performance.now() - this.#changed > age) this.log.clear();
  }
}
