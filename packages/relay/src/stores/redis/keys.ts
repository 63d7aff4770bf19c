export interface RoomKeys {
  /** A hash: the fencing token, the position of the newest entry, and of the newest that was dropped. */
  readonly head: string;
  /** A stream of what is kept for who joins late. */
  readonly kept: string;
  /** A stream of the newest entries, partials included, for who follows. */
  readonly live: string;
}

/**
 * The name is encoded, so that no character of it can end it: rooms never share a key. In braces it puts a room's keys into
 * one slot of a cluster.
 */
export function keysOf(prefix: string, room: string): RoomKeys {
  const base = `${prefix}:{${encodeURIComponent(room)}}`;
  return { head: `${base}:head`, kept: `${base}:kept`, live: `${base}:live` };
}
