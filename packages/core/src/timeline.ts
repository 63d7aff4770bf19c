import { finite } from "./finite.ts";
import type { ServerEvent, TurnEvent, Word } from "./messages.ts";

/** Second forms come right behind the first, so few can be due. */
const mostUnformatted = 16;

/**
 * One timeline over all connections of a session. Every connection counts audio from 0 and turns from 0; here both become
 * the session's: ms of the source, and turns that go on. Events are changed in place, since they were parsed a moment ago.
 */
export class Timeline {
  /** Source ms up to which final turns cover the audio, or it was given up as lost. Replay starts here. */
  settledMs = 0;
  /** The first turn that is not final yet. */
  #nextTurn = 0;
  /** The newest final turns that came unformatted: of each, a formatted second form may follow, once. */
  readonly #unformatted: number[] = [];
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

  get nextTurn(): number {
    return this.#nextTurn;
  }

  /**
   * A connection that gets the audio from source time `startMs` on, of which an earlier one had what lies before
   * `replayedMs`. What lies between the settled audio and `startMs` is lost.
   */
  begin(startMs: number, replayedMs: number): LinkTimeline {
    this.settledMs = Math.max(this.settledMs, startMs);
    return new LinkTimeline(this, startMs, replayedMs);
  }

  /** Takes up an event whose times are the source's. False: it repeats what was said before. */
  admit(event: ServerEvent, replayedMs: number): boolean {
    switch (event.type) {
      case "Turn":
        if (event.turn_order < this.#nextTurn) return this.#admitSecondForm(event);
        this.#speaking = !event.end_of_turn;
        this.#turnOpen = !event.end_of_turn && event.words.length > 0;
        if (event.end_of_turn) {
          this.#nextTurn = event.turn_order + 1;
          if (!event.turn_is_formatted && this.#unformatted.push(event.turn_order) > mostUnformatted)
            this.#unformatted.shift();
          this.settledMs = Math.max(this.settledMs, endOf(event.words));
        }
        return true;
      case "SpeechStarted": {
        const repeated = this.#speaking && (finite(event.timestamp) ?? replayedMs) < replayedMs;
        this.#speaking = true;
        return !repeated;
      }
      case "Silence":
        event.start_ms = Math.max(event.start_ms, this.#silentUntilMs);
        if (event.start_ms >= event.end_ms) return false;
        this.#silentUntilMs = event.end_ms;
        return true;
      default:
        return true;
    }
  }

  #admitSecondForm(event: TurnEvent): boolean {
    const at = event.turn_is_formatted && event.end_of_turn ? this.#unformatted.indexOf(event.turn_order) : -1;
    if (at >= 0) this.#unformatted.splice(at, 1);
    return at >= 0;
  }
}

/** One connection's share of the timeline. */
export class LinkTimeline {
  readonly #timeline: Timeline;
  #firstTurn: number;
  readonly #replayedMs: number;
  /** Final turns cover the source up to here; compressed audio may have to start a little earlier. */
  readonly #coveredMs: number;
  /** From `wire` ms of this connection on, the source is at `source` ms. One entry, and one for each padding sent. */
  readonly #anchors: { readonly wire: number; readonly source: number }[];
  /** Once another connection has taken over: the first turn that is its to tell. */
  #retiredAt: number | undefined;

  constructor(timeline: Timeline, startMs: number, replayedMs: number) {
    this.#timeline = timeline;
    this.#firstTurn = timeline.nextTurn;
    this.#replayedMs = replayedMs;
    this.#coveredMs = timeline.settledMs > startMs + 1 ? timeline.settledMs : 0;
    this.#anchors = [{ wire: 0, source: startMs }];
  }

  /** `paddingMs` of silence were sent at `wireMs` that are not in the source. */
  padded(wireMs: number, paddingMs: number): void {
    if (paddingMs > 0) this.#anchors.push({ wire: wireMs + paddingMs, source: this.sourceMs(wireMs) });
  }

  /** Another connection takes over: what is still open here will be told there. */
  retire(): void {
    this.#retiredAt = this.#timeline.nextTurn;
  }

  /** Moves an event onto the session's timeline. False: there is nothing new in it for the reader. */
  admit(event: ServerEvent): boolean {
    const retiredAt = this.#retiredAt;
    const retired = retiredAt !== undefined;
    switch (event.type) {
      case "Turn":
        event.turn_order += this.#firstTurn;
        if (retired && event.turn_order >= retiredAt) return false;
        this.#moveWords(event.words);
        if (!this.#dropCovered(event)) return false;
        break;
      case "SpeakerRevision":
        for (const revision of event.revisions) {
          revision.turn_order += this.#firstTurn;
          this.#moveWords(revision.words);
        }
        if (!retired) break;
        event.revisions = event.revisions.filter((revision) => revision.turn_order < retiredAt);
        return event.revisions.length > 0;
      case "LLMGatewayResponse":
        if (finite(event.turn_order) === undefined) return true;
        event.turn_order = Number(event.turn_order) + this.#firstTurn;
        if (retired && event.turn_order >= retiredAt) return false;
        break;
      case "SpeechStarted":
        if (retired) return false;
        event.timestamp = this.#moved(event.timestamp);
        break;
      case "Silence":
        if (retired) return false;
        event.start_ms = Math.round(this.sourceMs(event.start_ms));
        event.end_ms = Math.round(this.sourceMs(event.end_ms));
        break;
      case "Heartbeat":
        return !retired;
    }
    return this.#timeline.admit(event, this.#replayedMs);
  }

  /** Where in the source an instant of this connection's audio lies. Instants inside padding lie at its start. */
  sourceMs(wireMs: number): number {
    let next = Number.POSITIVE_INFINITY;
    for (let i = this.#anchors.length - 1; i >= 0; i--) {
      const anchor = this.#anchors[i];
      if (!anchor) break;
      if (anchor.wire <= wireMs) return Math.min(anchor.source + wireMs - anchor.wire, next);
      next = anchor.source;
    }
    return this.#anchors[0]?.source ?? 0;
  }

  /** Takes out words that a final turn told before; one without times is new. False: none is left. */
  #dropCovered(event: TurnEvent): boolean {
    if (this.#coveredMs === 0) return true;
    const fresh = event.words.filter((word) => !(middleOf(word) <= this.#coveredMs));
    if (fresh.length === event.words.length) return true;
    event.words = fresh;
    event.transcript = fresh.map((word) => word.text).join(" ");
    if (fresh.length === 0 && event.end_of_turn) this.#firstTurn--;
    return fresh.length > 0;
  }

  #moveWords(words: Word[]): void {
    for (const word of words) {
      word.start = this.#moved(word.start);
      word.end = this.#moved(word.end);
    }
  }

  /** What is no time stays as it is. */
  #moved<T>(wireMs: T): T | number {
    const ms = finite(wireMs);
    return ms === undefined ? wireMs : Math.round(this.sourceMs(ms));
  }
}

/** The last time that the words have, or 0. */
function endOf(words: readonly Word[]): number {
  return finite(words.findLast((word) => finite(word.end) !== undefined)?.end) ?? 0;
}

/** NaN for a word without times. */
function middleOf({ start, end }: Word): number {
  return ((finite(start) ?? Number.NaN) + (finite(end) ?? Number.NaN)) / 2;
}
