import type { Position } from "./position.ts";

/** An event of a room, as it is stored and sent. Never changed. */
export interface Entry {
  readonly position: Position;
  /** An entry replaces an earlier one with the same key: a final its partials, a formatted final the one before. */
  readonly key: string;
  /** Whether readers must get it, now or when they join. Of others, partials, only the newest of each key matters. */
  readonly kept: boolean;
  /** The position of the Begin that its turn order and times count from. */
  readonly session: Position;
  readonly clock: EntryClock;
  /** The event, as JSON in one line. */
  readonly data: string;
}

export interface EntryClock {
  /** When the room began, in ms since 1970. */
  readonly origin: number;
  /** Where the session's audio begins, in ms after `origin`. */
  readonly base: number;
  /** When the turn was first final, in ms after `origin`. */
  readonly time: number;
}

/** What each entry is counted with beside its data, in bytes. */
const overhead = 200;

/** About what it takes in memory. Text is counted as if every character took a byte. */
export function sizeOf({ data }: Entry): number {
  return data.length + overhead;
}
