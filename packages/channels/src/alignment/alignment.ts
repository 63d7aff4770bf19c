import type { LaneGate } from "./lane.ts";
import { type Fill, Skew } from "./skew.ts";

export interface AlignmentListener {
  /** Silence takes the place of a lane's audio. */
  fill(fill: Fill): void;
  /** A lane that had stalled continues, or ends. Positions in frames. */
  resumed(lane: number, from: number, to: number): void;
}

const longestTimer = 2 ** 31 - 1;
/** How many ms a lane may be ahead if nothing is ever filled. */
const leadWithoutLimit = 1_000;
/** A timer this late, in ms: the thread was held up, or the page is hidden. */
const heldUpMs = 20;
/** How long the chunks that came in meanwhile may take to be taken, in ms. */
const takingMs = 100;

/** Runs `Skew` on the clock: holds lanes back, and fills those that have stalled. */
export class Alignment {
  readonly #skew: Skew;
  readonly #listener: AlignmentListener;
  readonly #waiting = new Map<number, () => void>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Until when chunks are taken before anything is filled. */
  #takingUntil = 0;
  #released = false;

  /** @param maxSkew in ms; `Infinity` fills nothing */
  constructor(lanes: number, sampleRate: number, maxSkew: number, listener: AlignmentListener) {
    const lead = Number.isFinite(maxSkew) ? maxSkew : leadWithoutLimit;
    this.#skew = new Skew(lanes, (lead * sampleRate) / 1_000, maxSkew);
    this.#listener = listener;
  }

  position(lane: number): number {
    return this.#skew.position(lane);
  }

  filled(lane: number): number {
    return this.#skew.filled(lane);
  }

  gate(lane: number): LaneGate {
    return {
      arrived: () => {
        const silence = this.#skew.arrived(lane);
        if (silence) this.#listener.resumed(lane, silence.from, silence.to);
        this.#changed();
      },
      room: async () => {
        while (!this.#released && !this.#skew.mayTake(lane))
          await new Promise<void>((resolve) => this.#waiting.set(lane, resolve));
      },
      took: (frames) => {
        const fills = this.#skew.took(lane, frames, now());
        if (!this.#released) for (const fill of fills) this.#listener.fill(fill);
        this.#changed();
      },
      idle: () => {
        this.#skew.idle(lane, now());
        this.#changed();
      },
      ended: () => {
        const silence = this.#skew.end(lane);
        if (silence) this.#listener.resumed(lane, silence.from, silence.to);
        this.#changed();
      },
    };
  }

  /** The call ends: nobody waits for anybody, and nothing is filled. */
  release(): void {
    this.#released = true;
    this.#changed();
  }

  #changed(): void {
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const resume of waiting) resume();
    clearTimeout(this.#timer);
    const due = this.#released ? undefined : this.#skew.due;
    if (due === undefined || due === Number.POSITIVE_INFINITY) return;
    const at = Math.max(due, this.#takingUntil);
    this.#timer = setTimeout(() => this.#expire(at), Math.min(longestTimer, Math.max(0, Math.ceil(at - now()))));
  }

  #expire(at: number): void {
    if (at > this.#takingUntil && now() - at > heldUpMs) this.#takingUntil = now() + takingMs;
    else for (const fill of this.#skew.expire(now())) this.#listener.fill(fill);
    this.#changed();
  }
}

function now(): number {
  return performance.now();
}
