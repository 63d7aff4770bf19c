import type { LogBounds } from "../log/room-log.ts";
import type { Store } from "../stores/store.ts";
import { Feed } from "./feed.ts";

interface Open {
  readonly feed: Feed;
  readonly stop: () => void;
  uses: number;
  /** It stays open until then, in ms, even if nobody uses it. */
  keptUntil: number;
}

/** A feed that somebody uses; `release` may be called more than once. */
export interface Use {
  readonly feed: Feed;
  release(): void;
}

/** The rooms that are read in this process. */
export class Feeds {
  readonly #store: Store;
  readonly #bounds: LogBounds;
  readonly #open = new Map<string, Open>();

  constructor(store: Store, bounds: LogBounds) {
    this.#store = store;
    this.#bounds = bounds;
  }

  has(room: string): boolean {
    return this.#open.has(room);
  }

  get size(): number {
    return this.#open.size;
  }

  /** The room's feed, which follows the store until all who use it have released it. */
  use(room: string): Use {
    const open = this.#open.get(room) ?? this.#follow(room);
    open.uses++;
    let released = false;
    return {
      feed: open.feed,
      release: () => {
        if (released) return;
        released = true;
        open.uses--;
        this.#closeUnused(room, open);
      },
    };
  }

  /** The room's feed for one request, which stays open for a while, in ms: another request may follow. */
  keep(room: string, ms: number): Feed {
    const open = this.#open.get(room) ?? this.#follow(room);
    open.keptUntil = performance.now() + ms;
    return open.feed;
  }

  /** Closes what was kept long enough, and forgets what is as old as a room may become, in ms. */
  tidy(age: number): void {
    for (const [room, open] of this.#open) {
      open.feed.expire(age);
      this.#closeUnused(room, open);
    }
  }

  #closeUnused(room: string, open: Open): void {
    if (open.uses > 0 || open.keptUntil > performance.now()) return;
    open.stop();
    this.#open.delete(room);
  }

  #follow(room: string): Open {
    const feed = new Feed(room, this.#bounds);
    const open = { feed, stop: this.#store.follow(feed), uses: 0, keptUntil: 0 };
    this.#open.set(room, open);
    return open;
  }
}
