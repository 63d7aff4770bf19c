import type { Chunk } from "../providers/provider.ts";

/** What a track consists of: audio, or silence of a number of bytes. */
export type Piece = { readonly bytes: Uint8Array } | { readonly silence: number };

/** The provider's time at which all tracks of a call begin, in ms. */
export interface Origin {
  at: number | undefined;
}

export interface TrackOrderOptions {
  readonly bytesPerMs: number;
  readonly frameBytes: number;
  readonly origin: Origin;
}

/** How long a chunk waits for one before it, in ms of the provider's clock. */
const reorderMs = 200;
/** How many chunks may wait, for any times. */
const mostWaiting = 64;
/** The provider's clock may be off by less than this, in ms: half of the usual chunk. */
const jitterMs = 10;
/** The longest gap that is filled, in ms. Of a longer one, the rest is left out. */
const longestGapMs = 60_000;

/**
 * Puts a track's chunks in order and fills what is missing, by the provider's numbers and timestamps. A chunk whose
 * predecessor is missing waits until one comes that is 200 ms later. Pure.
 */
export class TrackOrder {
  readonly #options: TrackOrderOptions;
  /** Sorted. */
  readonly #waiting: Chunk[] = [];
  #last: Chunk | undefined;
  /** Where the next chunk is expected, on the provider's clock. */
  #expected: number | undefined;
  #late = 0;
  #filledBytes = 0;

  constructor(options: TrackOrderOptions) {
    this.#options = options;
  }

  /** Chunks that came after their time, or twice. */
  get lateChunks(): number {
    return this.#late;
  }

  get filledBytes(): number {
    return this.#filledBytes;
  }

  /** Takes a chunk; returns what is known by now, in order. */
  push(chunk: Chunk): Piece[] {
    const last = this.#last;
    if (chunk.timestamp === undefined && chunk.number === undefined) return [{ bytes: chunk.bytes }];
    if (last !== undefined && compare(chunk, last) <= 0) {
      this.#late++;
      return [];
    }
    const place = this.#waiting.findIndex((other) => compare(chunk, other) <= 0);
    const other = this.#waiting[place];
    if (other !== undefined && compare(chunk, other) === 0) {
      this.#late++;
      return [];
    }
    this.#waiting.splice(place === -1 ? this.#waiting.length : place, 0, chunk);
    return this.#release(false);
  }

  /** The call ends: returns what still waits. */
  flush(): Piece[] {
    return this.#release(true);
  }

  #release(all: boolean): Piece[] {
    const pieces: Piece[] = [];
    for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
      if (!all && !this.#follows(first) && !this.#overdue(first)) break;
      this.#waiting.shift();
      this.#fill(first, pieces);
      pieces.push({ bytes: first.bytes });
      this.#last = first;
      if (this.#expected !== undefined) this.#expected += first.bytes.length / this.#options.bytesPerMs;
    }
    return pieces;
  }

  /** Whether nothing is missing before the chunk. */
  #follows({ number, timestamp }: Chunk): boolean {
    const before = this.#last;
    if (before === undefined) return number === undefined || number <= 1;
    if (number !== undefined && before.number !== undefined && number === before.number + 1) return true;
    if (timestamp !== undefined && this.#expected !== undefined) return timestamp - this.#expected < jitterMs;
    return number === undefined;
  }

  #overdue({ timestamp }: Chunk): boolean {
    if (this.#waiting.length > mostWaiting) return true;
    const newest = this.#waiting.at(-1)?.timestamp;
    if (timestamp === undefined || newest === undefined) return this.#waiting.length > 10;
    return newest - timestamp >= reorderMs;
  }

  #fill({ timestamp }: Chunk, pieces: Piece[]): void {
    if (timestamp === undefined) return;
    const { bytesPerMs, frameBytes, origin } = this.#options;
    origin.at ??= timestamp;
    this.#expected ??= origin.at;
    const gap = timestamp - this.#expected;
    if (gap < jitterMs) return;
    const silence = Math.round((Math.min(gap, longestGapMs) * bytesPerMs) / frameBytes) * frameBytes;
    this.#filledBytes += silence;
    this.#expected = timestamp;
    pieces.push({ silence });
  }
}

/** By time, and by number if the times are equal or missing. */
function compare(a: Chunk, b: Chunk): number {
  const time = (a.timestamp ?? 0) - (b.timestamp ?? 0);
  const bothTimed = a.timestamp !== undefined && b.timestamp !== undefined;
  if (bothTimed && time !== 0) return time;
  return (a.number ?? 0) - (b.number ?? 0);
}
