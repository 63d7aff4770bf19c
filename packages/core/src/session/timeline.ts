import { finite } from "../protocol/finite.ts";
import type { ServerEvent, TurnEvent } from "../protocol/messages.ts";
import type { Covered } from "./repeated-words.ts";
import { lastWord, middleOf } from "./word-times.ts";

/**
 * What an event that is new to the reader brings: `ended`, a turn is final now; `settled`, and final turns cover more of the
 * audio than before; `news`, anything else.
 */
export type Admission = "news" | "ended" | "settled";

/** Second forms come right behind the first, so few can be due. */
const mostUnformatted = 16;

/**
 * One timeline over all connections of a session. Every connection counts audio from 0 and turns from 0; here both become
 * the session's: ms of the source, and turns that continue. Events are changed in place, since they were parsed a moment ago.
 *
 * No number of the service is trusted further than it can be checked: times end with the audio that was sent, and whether a
 * turn is new is decided by its place in the audio if its number says otherwise.
 */
export class Timeline {
  /** Source ms up to which final turns cover the audio, or it was given up as lost. Replay starts here. */
  settledMs = 0;
  /** The last word of the final turns that cover it. */
  #lastWord: Covered | undefined;
  /** The first turn that is not final yet. */
  #nextTurn = 0;
  /** The newest final turns that came unformatted: of each, a formatted second form may follow, once. */
  readonly #unformatted: number[] = [];
  /** The highest turn that was read, final or not. */
  #newestTurn = -1;
  #lastTranscript = "";
  /** Whether speech was announced, or a turn read, since the last final turn. */
  #speaking = false;
  #turnOpen = false;
  #silentUntilMs = 0;

  /** Whether words were read that no final turn has confirmed yet. */
  get turnOpen(): boolean {
    return this.#turnOpen;
  }

  /** Whether nobody speaks: the moment to change connections. */
  get atBoundary(): boolean {
    return !this.#speaking;
  }

  /** The last word of final turns, as the service reported it; undefined if the settled audio does not end with one. */
  get lastWord(): Covered | undefined {
    return this.#lastWord?.endMs === this.settledMs ? this.#lastWord : undefined;
  }

  get nextTurn(): number {
    return this.#nextTurn;
  }

  /** A connection gets the audio from source time `startMs` on. What lies between the settled audio and that is lost. */
  attach(startMs: number): void {
    if (startMs <= this.settledMs) return;
    this.settledMs = startMs;
    // The audio of what was open is gone, and was reported as lost.
    this.#turnOpen = false;
    this.#speaking = false;
  }

  /** Takes up an event whose times are the source's. Returns whether it says anything that was not said before. */
  admit(event: Exclude<ServerEvent, TurnEvent>, replayedMs: number): boolean {
    switch (event.type) {
      case "SpeechStarted": {
        const repeated = this.#speaking && (finite(event.timestamp) ?? replayedMs) < replayedMs;
        this.#speaking = true;
        return !repeated;
      }
      case "Silence":
        event.start_ms = Math.max(event.start_ms, this.#silentUntilMs);
        if (!(event.start_ms < event.end_ms)) return false;
        this.#silentUntilMs = event.end_ms;
        return true;
      default:
        return true;
    }
  }

  /** Takes up the next turn, or a new reading of it. Its number and its times are the session's. */
  admitTurn(event: TurnEvent): Admission {
    this.#speaking = !event.end_of_turn;
    this.#turnOpen = !event.end_of_turn && event.words.length > 0;
    this.#newestTurn = Math.max(this.#newestTurn, event.turn_order);
    if (!event.end_of_turn) return "news";
    this.#nextTurn = event.turn_order + 1;
    this.#lastTranscript = event.transcript;
    if (!event.turn_is_formatted && this.#unformatted.push(event.turn_order) > mostUnformatted)
      this.#unformatted.shift();
    const last = lastWord(event);
    if (last === undefined || last.endMs <= this.settledMs) return "ended";
    this.#lastWord = last;
    this.settledMs = last.endMs;
    return "settled";
  }

  /** The number of a turn that is not final yet, as near to `order` as continues from the turns before it. */
  numberOf(order: number): number {
    if (!Number.isSafeInteger(order)) return this.#nextTurn;
    return Math.max(this.#nextTurn, Math.min(order, this.#newestTurn + 1));
  }

  /** Whether the event is the formatted form of a final turn that came without it; once for each. */
  admitSecondForm(event: TurnEvent): boolean {
    const at = event.turn_is_formatted && event.end_of_turn ? this.#unformatted.indexOf(event.turn_order) : -1;
    if (at >= 0) this.#unformatted.splice(at, 1);
    return at >= 0;
  }

  /** Whether a turn whose number was final before says something new all the same: a service may count wrongly. */
  isNews(event: TurnEvent): boolean {
    const middles = event.words.map(middleOf).filter((ms) => ms !== undefined);
    if (middles.length > 0) return middles.some((ms) => ms > this.settledMs);
    // Without times, only the text of a final turn can show it.
    return event.end_of_turn && event.transcript !== "" && event.transcript !== this.#lastTranscript;
  }
}
