import { type Refusal, refusals } from "./refusals.ts";

export interface ReaderLimits {
  /** In this process. */
  readonly readers: number;
  readonly readersPerRoom: number;
  readonly readersPerIdentity: number;
}

/** Counts who reads in this process. */
export class ReaderCounts {
  readonly #limits: ReaderLimits;
  readonly #rooms = new Map<string, number>();
  readonly #identities = new Map<string, number>();
  #all = 0;

  constructor(limits: ReaderLimits) {
    this.#limits = limits;
  }

  get all(): number {
    return this.#all;
  }

  /** Why one more reader is too many; undefined if it is not. */
  refusal(room: string, identity: string | null): Refusal | undefined {
    const { readers, readersPerRoom, readersPerIdentity } = this.#limits;
    if (identity !== null && (this.#identities.get(identity) ?? 0) >= readersPerIdentity) return refusals.perIdentity;
    if (this.#all >= readers || (this.#rooms.get(room) ?? 0) >= readersPerRoom) return refusals.full;
    return undefined;
  }

  add(room: string, identity: string | null): void {
    this.#count(room, identity, 1);
  }

  remove(room: string, identity: string | null): void {
    this.#count(room, identity, -1);
  }

  #count(room: string, identity: string | null, by: 1 | -1): void {
    this.#all += by;
    change(this.#rooms, room, by);
    if (identity !== null) change(this.#identities, identity, by);
  }
}

function change(counts: Map<string, number>, key: string, by: number): void {
  const count = (counts.get(key) ?? 0) + by;
  if (count > 0) counts.set(key, count);
  else counts.delete(key);
}
