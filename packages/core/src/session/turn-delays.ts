import type { SessionTrace, TurnRead } from "../connection/socket.ts";
import type { StreamingEvent } from "../protocol/messages.ts";
import { LatencyMeter, type Reading } from "./latency-meter.ts";
import { Moments } from "./moments.ts";

/** A reading on its way to the reader. */
interface Waiting {
  readonly turn: number;
  readonly arrivedAt: number;
  readonly read: Omit<TurnRead, "readerMs">;
}

/**
 * Also since when the audio of a word had been here, and how long the report of it waits for its reader. For platforms that
 * trace: no page loads it.
 */
export class TurnDelays extends LatencyMeter {
  readonly #trace: (message: SessionTrace) => void;
  readonly #written = new Moments();
  #writtenMs = 0;
  /** In the order of the turns; of each that was not read at most two. */
  readonly #waiting: Waiting[] = [];

  constructor(trace: (message: SessionTrace) => void) {
    super();
    this.#trace = trace;
  }

  override written(sourceMs: number, at: number): void {
    if (sourceMs <= this.#writtenMs) return;
    this.#writtenMs = sourceMs;
    this.#written.add(sourceMs, at);
  }

  protected override came(reading: Reading, turn: number, audioMs: number, sentAt: number, now: number): void {
    const writtenAt = this.#written.reached(audioMs);
    if (writtenAt === undefined) return;
    const [sendMs, serviceMs] = [sentAt - writtenAt, now - sentAt];
    const read = { type: "read", reading, audioMs, writtenAt, sendMs, serviceMs } as const;
    this.#waiting.push({ turn, arrivedAt: now, read });
  }

  /** The reader may get a newer reading instead of one that it did not read in time. */
  override read(event: StreamingEvent, now: number): void {
    if (event.type !== "Turn") return;
    const waiting = this.#waiting;
    for (let first = waiting[0]; first && first.turn <= event.turn_order; first = waiting[0]) {
      const { turn, read, arrivedAt } = first;
      if (turn === event.turn_order && read.reading === "end-of-turn" && !event.end_of_turn) return;
      waiting.shift();
      // An earlier turn was dropped before it was read.
      if (turn === event.turn_order) this.#trace({ ...read, readerMs: now - arrivedAt });
    }
  }
}
