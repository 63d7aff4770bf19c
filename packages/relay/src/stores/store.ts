import type { Entry } from "../log/entry.ts";
import type { Position } from "../log/position.ts";

/** What a new publisher starts from. */
export interface Claim {
  /** Higher than that of any publisher of the room before. */
  readonly fence: number;
  /** What the room holds, in order. */
  readonly entries: readonly Entry[];
  /** Of the newest entry that was ever stored. */
  readonly last: Position | undefined;
}

export interface Batch {
  readonly fence: number;
  /** The position up to which the publisher believes the store to hold everything. */
  readonly after: Position | undefined;
  /** In order. */
  readonly entries: readonly Entry[];
  /** Kept entries before this one may go. */
  readonly oldestKept: Position | undefined;
  /** The newest entry that the publisher's own log has dropped. */
  readonly dropped: Position | undefined;
}

/** Somebody in this process who wants what is stored. */
export interface Follower {
  readonly room: string;
  /** Up to where it has everything. */
  readonly last: Position | undefined;
  /** Entries in order, which may begin with some that it has; and the newest entry that the store has dropped. */
  receive(entries: readonly Entry[], dropped: Position | undefined): void;
}

/** Where rooms are: in this process, or shared by many. Anything but `superseded` that it rejects with may be tried again. */
export interface Store {
  /** Makes the caller the room's only publisher: what any earlier one appends from then on is refused. */
  claim(room: string): Promise<Claim>;
  /**
   * Stores entries, unless the store holds something else than the publisher believes.
   *
   * @returns up to where it holds everything now: the publisher continues from there
   * @throws RelayError `superseded` if another publisher has claimed the room
   */
  append(room: string, batch: Batch): Promise<Position | undefined>;
  /** Gives the follower what is there and what comes, until the returned function is called. */
  follow(follower: Follower): () => void;
  close(): Promise<void>;
}
