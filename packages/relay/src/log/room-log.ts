import { type Entry, sizeOf } from "./entry.ts";
import { isAfter, type Position } from "./position.ts";

export interface LogBounds {
  /** Most kept entries. */
  readonly entries: number;
  /** Most bytes of kept entries. */
  readonly bytes: number;
}

/** One turn is open a channel; beyond this the oldest partial is dropped. */
const mostOpen = 64;

/**
 * What a room holds: kept entries in order, and the newest partial of each open turn. It is a queue for any number of
 * readers at once, each of which is no more than a position: what one that lags gets is what is left after its position,
 * which grows with finals only. Beyond the bounds the oldest entries go.
 */
export class RoomLog {
  readonly #bounds: LogBounds;
  #kept: Entry[] = [];
  readonly #keptByKey = new Map<string, Entry>();
  /** In the order of their positions. */
  readonly #open = new Map<string, Entry>();
  #bytes = 0;
  #last: Position | undefined;
  #dropped: Position | undefined;

  constructor(bounds: LogBounds) {
    this.#bounds = bounds;
  }

  /** Of the newest entry that was ever appended. */
  get last(): Position | undefined {
    return this.#last;
  }

  /** The newest entry that was dropped because of the bounds. A reader that has not passed it has missed something. */
  get dropped(): Position | undefined {
    return this.#dropped;
  }

  get oldestKept(): Position | undefined {
    return this.#kept[0]?.position;
  }

  /** Turns that have no final yet, in order. */
  get open(): readonly Entry[] {
    return [...this.#open.values()];
  }

  get kept(): readonly Entry[] {
    return this.#kept;
  }

  findKept(key: string): Entry | undefined {
    return this.#keptByKey.get(key);
  }

  /** Returns false, and does nothing, unless the entry comes after all others. */
  append(entry: Entry): boolean {
    if (!isAfter(entry.position, this.#last)) return false;
    this.#last = entry.position;
    this.#open.delete(entry.key);
    if (entry.kept) this.#keep(entry);
    else if (!this.#keptByKey.has(entry.key)) this.#addOpen(entry);
    return true;
  }

  /** Says that entries up to there are gone, in a log that was filled from another. */
  droppedThrough(position: Position): void {
    if (isAfter(position, this.#dropped)) this.#dropped = position;
  }

  /** What follows a position, in order, up to about `mostBytes`, but one entry at least. */
  after(position: Position | undefined, mostBytes = Number.POSITIVE_INFINITY): Entry[] {
    const open = this.open.filter((entry) => isAfter(entry.position, position));
    const found: Entry[] = [];
    let bytes = 0;
    let k = this.#firstKeptAfter(position);
    for (let o = 0; k < this.#kept.length || o < open.length; ) {
      const [kept, partial] = [this.#kept[k], open[o]];
      const takesKept = kept !== undefined && (partial === undefined || isAfter(partial.position, kept.position));
      const entry = takesKept ? kept : partial;
      if (entry === undefined) break;
      bytes += sizeOf(entry);
      if (bytes > mostBytes && found.length > 0) break;
      found.push(entry);
      if (takesKept) k++;
      else o++;
    }
    return found;
  }

  /** Forgets all entries, but not how far it has come: a room that has expired is empty. */
  clear(): void {
    this.#dropped = undefined;
    this.#kept = [];
    this.#keptByKey.clear();
    this.#open.clear();
    this.#bytes = 0;
  }

  #keep(entry: Entry): void {
    const replaced = this.#keptByKey.get(entry.key);
    if (replaced !== undefined) {
      this.#kept.splice(this.#firstKeptAfter(replaced.position) - 1, 1);
      this.#bytes -= sizeOf(replaced);
    }
    this.#kept.push(entry);
    this.#keptByKey.set(entry.key, entry);
    this.#bytes += sizeOf(entry);
    while (this.#kept.length > this.#bounds.entries || (this.#bytes > this.#bounds.bytes && this.#kept.length > 1))
      this.#dropOldest();
  }

  #dropOldest(): void {
    const oldest = this.#kept.shift();
    if (oldest === undefined) return;
    this.#keptByKey.delete(oldest.key);
    this.#bytes -= sizeOf(oldest);
    this.#dropped = oldest.position;
  }

  #addOpen(entry: Entry): void {
    this.#open.set(entry.key, entry);
    for (const key of this.#open.keys()) {
      if (this.#open.size <= mostOpen) break;
      this.#open.delete(key);
    }
  }

  #firstKeptAfter(position: Position | undefined): number {
    let low = 0;
    let high = this.#kept.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const entry = this.#kept[middle];
      if (entry !== undefined && isAfter(entry.position, position)) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
