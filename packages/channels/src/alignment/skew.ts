/** Silence that takes the place of audio that a lane did not deliver. */
export interface Fill {
  readonly lane: number;
  readonly frames: number;
  /** Whether the lane has stalled just now, rather than before. */
  readonly begins: boolean;
  /** Where the silence begins, in frames. */
  readonly from: number;
}

interface Lane {
  /** Frames so far, silence included. */
  position: number;
  open: boolean;
  /** Whether there is a chunk that it has not taken yet. */
  delivering: boolean;
  /** When it ran out of audio, or fell behind, whichever is later; ms. */
  since: number;
  /** Where it stalled, in frames; undefined if it has not. */
  stalledAt: number | undefined;
  filled: number;
}

/**
 * Keeps lanes together, in frames. One that is ahead waits for those that deliver; one that delivers nothing for too long
 * has stalled, and is filled up to the one that is furthest ahead. Pure: it gets the time, and says when it is due.
 */
export class Skew {
  readonly #lanes: Lane[];
  readonly #lead: number;
  readonly #patience: number;

  /**
   * @param lead frames by which a lane may be ahead of another that has not stalled
   * @param patience ms without audio after which a lane that is behind has stalled
   */
  constructor(lanes: number, lead: number, patience: number) {
    this.#lanes = Array.from({ length: lanes }, () => ({
      position: 0,
      open: true,
      delivering: false,
      since: 0,
      stalledAt: undefined,
      filled: 0,
    }));
    this.#lead = lead;
    this.#patience = patience;
  }

  position(lane: number): number {
    return this.#lanes[lane]?.position ?? 0;
  }

  filled(lane: number): number {
    return this.#lanes[lane]?.filled ?? 0;
  }

  /** When `expire` has to be called; undefined: nobody is late. */
  get due(): number | undefined {
    const front = this.#front;
    const times = this.#lanes.filter((lane) => isLate(lane, front)).map(({ since }) => since + this.#patience);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  /** A chunk has come. Returns the silence that ends by it, if the lane had stalled. */
  arrived(index: number): { readonly from: number; readonly to: number } | undefined {
    const lane = this.#lanes[index];
    if (lane === undefined) return undefined;
    lane.delivering = true;
    const from = lane.stalledAt;
    lane.stalledAt = undefined;
    return from === undefined ? undefined : { from, to: lane.position };
  }

  /** Whether the lane's chunk may be taken: no lane that will deliver is too far behind. */
  mayTake(index: number): boolean {
    const own = this.position(index);
    return this.#lanes.every(
      (lane, other) =>
        other === index ||
        !lane.open ||
        lane.delivering ||
        lane.stalledAt !== undefined ||
        own - lane.position < this.#lead,
    );
  }

  /** The lane's chunk has been taken. Returns what the stalled lanes are filled with. */
  took(index: number, frames: number, now: number): Fill[] {
    const lane = this.#lanes[index];
    if (lane === undefined) return [];
    const before = this.#front;
    lane.position += frames;
    const front = this.#front;
    for (const other of this.#lanes) if (isLate(other, front) && !isLate(other, before)) other.since = now;
    return this.#lanes.flatMap((other, at) => (other.stalledAt === undefined ? [] : this.#fill(at, other, false)));
  }

  /** The lane has no further chunk for now. */
  idle(index: number, now: number): void {
    const lane = this.#lanes[index];
    if (lane === undefined) return;
    lane.delivering = false;
    lane.since = now;
  }

  /** The lane ends: nobody waits for it any more. Returns the silence that ends by it, if it had stalled. */
  end(index: number): { readonly from: number; readonly to: number } | undefined {
    const silence = this.arrived(index);
    const lane = this.#lanes[index];
    if (lane !== undefined) lane.open = false;
    return silence;
  }

  /** Lanes that are late have stalled. Returns what they are filled with. */
  expire(now: number): Fill[] {
    const front = this.#front;
    return this.#lanes.flatMap((lane, index) => {
      if (!isLate(lane, front) || now < lane.since + this.#patience) return [];
      lane.stalledAt = lane.position;
      return this.#fill(index, lane, true);
    });
  }

  get #front(): number {
    return this.#lanes.reduce((front, lane) => (lane.open ? Math.max(front, lane.position) : front), 0);
  }

  #fill(index: number, lane: Lane, begins: boolean): Fill[] {
    const frames = this.#front - lane.position;
    if (!lane.open || frames <= 0) return [];
    const from = lane.position;
    lane.position += frames;
    lane.filled += frames;
    return [{ lane: index, frames, begins, from }];
  }
}

function isLate(lane: Lane, front: number): boolean {
  return lane.open && !lane.delivering && lane.stalledAt === undefined && lane.position < front;
}
