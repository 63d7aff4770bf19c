import { finite } from "../protocol/finite.ts";
import type { TurnEvent } from "../protocol/messages.ts";

/** Sent messages remembered: at 50 ms each, the last 25 s of audio. */
const capacity = 512;

/**
 * How long the service takes, seen from here: from the moment the audio of a word's end left to the moment a turn reported
 * of that word.
 */
export class LatencyMeter {
  /** Of the last turn: until its first reading, in ms. Undefined before. */
  firstPartialMs: number | undefined;
  /** Of the last turn: until it was final, in ms. Undefined before. */
  endOfTurnMs: number | undefined;
  readonly #sourceMs = new Float64Array(capacity);
  readonly #sentAt = new Float64Array(capacity);
  #count = 0;
  #openTurn = -1;
  #endedTurn = -1;

  /** A message that ends at `sourceMs` of the source left at `now`. */
  sent(sourceMs: number, now: number): void {
    const slot = this.#count++ % capacity;
    this.#sourceMs[slot] = sourceMs;
    this.#sentAt[slot] = now;
  }

  turn(event: TurnEvent, now: number): void {
    if (event.turn_order !== this.#openTurn && event.words.length > 0) {
      this.#openTurn = event.turn_order;
      this.firstPartialMs = this.#since(finite(event.words[0]?.end), now) ?? this.firstPartialMs;
    }
    // A second, formatted form of a final turn brings nothing new.
    if (!event.end_of_turn || event.turn_order === this.#endedTurn) return;
    this.#endedTurn = event.turn_order;
    this.endOfTurnMs = this.#since(finite(event.words.at(-1)?.end), now) ?? this.endOfTurnMs;
  }

  /** Time since the first message left that reaches `sourceMs`; undefined where that was too long ago. */
  #since(sourceMs: number | undefined, now: number): number | undefined {
    if (sourceMs === undefined) return undefined;
    let found: number | undefined;
    for (let back = 1; back <= Math.min(this.#count, capacity); back++) {
      const slot = (this.#count - back) % capacity;
      if ((this.#sourceMs[slot] ?? 0) < sourceMs) return found;
      found = now - (this.#sentAt[slot] ?? now);
    }
    return this.#count <= capacity ? found : undefined;
  }
}
