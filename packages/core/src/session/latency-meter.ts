import { finite } from "../protocol/finite.ts";
import type { StreamingEvent, TurnEvent } from "../protocol/messages.ts";
import { Moments } from "./moments.ts";

export type Reading = "first-partial" | "end-of-turn";

/**
 * How long the service takes, seen from here: from the moment the audio of a word's end left to the moment a turn reported
 * of that word.
 */
export class LatencyMeter {
  /** Of the last turn: until its first reading, in ms. Undefined before. */
  firstPartialMs: number | undefined;
  /** Of the last turn: until it was final, in ms. Undefined before. */
  endOfTurnMs: number | undefined;
  readonly #sent = new Moments();
  #openTurn = -1;
  #endedTurn = -1;

  /** The source up to `sourceMs` is here; the end of it was written at `at`. */
  written(_sourceMs: number, _at: number): void {}

  /** A message that ends at `sourceMs` of the source left at `now`. */
  sent(sourceMs: number, now: number): void {
    this.#sent.add(sourceMs, now);
  }

  turn(event: TurnEvent, now: number): void {
    // Second forms of earlier turns, and of this one, bring nothing new.
    if (event.turn_order > this.#openTurn && event.words.length > 0) {
      this.#openTurn = event.turn_order;
      this.firstPartialMs = this.#since("first-partial", event, 0, now) ?? this.firstPartialMs;
    }
    if (!event.end_of_turn || event.turn_order <= this.#endedTurn) return;
    this.#endedTurn = event.turn_order;
    this.endOfTurnMs = this.#since("end-of-turn", event, -1, now) ?? this.endOfTurnMs;
  }

  /** The reader has an event. */
  read(_event: StreamingEvent, _now: number): void {}

  /** A reading came, of a word whose audio ends at `audioMs` and left at `sentAt`. */
  protected came(_reading: Reading, _turn: number, _audioMs: number, _sentAt: number, _now: number): void {}

  /** Time since the audio of a word left; undefined if that was too long ago. */
  #since(reading: Reading, event: TurnEvent, wordAt: number, now: number): number | undefined {
    const audioMs = finite(event.words.at(wordAt)?.end);
    const sentAt = audioMs === undefined ? undefined : this.#sent.reached(audioMs);
    if (audioMs === undefined || sentAt === undefined) return undefined;
    this.came(reading, event.turn_order, audioMs, sentAt, now);
    return now - sentAt;
  }
}
