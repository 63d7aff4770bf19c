import { type Entry, sizeOf } from "../log/entry.ts";
import type { Position } from "../log/position.ts";
import type { LogBounds, RoomLog } from "../log/room-log.ts";

/** Most bytes in one batch. */
const longestBatch = 256 * 1024;
/** Most entries that wait for the store. */
const mostWaiting = 256;

/** What of a publisher's log the store does not have yet: a position in it. */
export class Outgoing {
  readonly #log: RoomLog;
  readonly #bounds: LogBounds;
  /** Up to where the store has everything. */
  position: Position | undefined;

  constructor(log: RoomLog, bounds: LogBounds, position: Position | undefined) {
    this.#log = log;
    this.#bounds = bounds;
    this.position = position;
  }

  next(): readonly Entry[] {
    return this.#log.after(this.position, longestBatch);
  }

  /** Whether to read no more events: the log would soon drop what the store does not have. */
  get isFull(): boolean {
    const waiting = this.#log.after(this.position).filter(({ kept }) => kept);
    const bytes = waiting.reduce((sum, entry) => sum + sizeOf(entry), 0);
    return waiting.length >= Math.min(mostWaiting, this.#bounds.entries / 2) || bytes >= this.#bounds.bytes / 2;
  }
}
