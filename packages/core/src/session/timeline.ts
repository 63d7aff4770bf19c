import { finite } from "../protocol/finite.ts";
import type { ServerEvent, TurnEvent, Word } from "../protocol/messages.ts";

/** Second forms come right behind the first, so few can be due. */
const mostUnformatted = 16;

/**
 * One timeline over all connections of a session. Every connection counts audio from 0 and turns from 0; here both become
 * the session's: ms of the source, and turns that go on. Events are changed in place, since they were parsed a moment ago.
 *
 * No number of the service is trusted further than it can be checked: times end with the audio that was sent, and whether a
 * turn is new is decided by its place in the audio if its number says otherwise.
 */
export class Timeline {
  /** Source ms up to which final turns cover the audio, or it was given up as lost. Replay starts here. */
  settledMs = 0;
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

  get nextTurn(): number {
    return this.#nextTurn;
  }

  /**
   * A connection that gets the audio from source time `startMs` on, of which an earlier one had what lies before
   * `replayedMs`. What lies between the settled audio and `startMs` is lost.
   */
  begin(startMs: number, replayedMs: number): LinkTimeline {
    if (startMs > this.settledMs) {
      this.settledMs = startMs;
      // The audio of what was open is gone, and was reported as lost.
      this.#turnOpen = false;
      this.#speaking = false;
    }
    return new LinkTimeline(this, startMs, replayedMs);
  }

  /** Takes up an event whose times are the source's. False: it repeats what was said before. */
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
  admitTurn(event: TurnEvent): void {
    this.#speaking = !event.end_of_turn;
    this.#turnOpen = !event.end_of_turn && event.words.length > 0;
    this.#newestTurn = Math.max(this.#newestTurn, event.turn_order);
    if (!event.end_of_turn) return;
    this.#nextTurn = event.turn_order + 1;
    this.#lastTranscript = event.transcript;
    if (!event.turn_is_formatted && this.#unformatted.push(event.turn_order) > mostUnformatted)
      this.#unformatted.shift();
    this.settledMs = Math.max(this.settledMs, lastEnd(event));
  }

  /** The number of a turn that is not final yet, as near to `order` as goes on from the turns before it. */
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

/** One connection's share of the timeline. */
export class LinkTimeline {
  /** The source ms up to which the service has read words. */
  readMs: number;
  readonly #timeline: Timeline;
  /** What has to be added to this connection's turn numbers. */
  #firstTurn: number;
  readonly #replayedMs: number;
  /** Final turns cover the source up to here; compressed audio may have to start a little earlier. */
  readonly #coveredMs: number;
  /** From `wire` ms of this connection on, the source is at `source` ms. One entry, and one for each padding sent. */
  readonly #anchors: { readonly wire: number; readonly source: number }[];
  /** Ms sent on this connection, padding included: no time that the service gives lies behind it. */
  #sentMs = 0;
  /** Once another connection has taken over: the first turn that belongs to the new one. */
  #retiredAt: number | undefined;

  constructor(timeline: Timeline, startMs: number, replayedMs: number) {
    this.#timeline = timeline;
    this.#firstTurn = timeline.nextTurn;
    this.#replayedMs = replayedMs;
    this.#coveredMs = timeline.settledMs > startMs + 1 ? timeline.settledMs : 0;
    this.readMs = timeline.settledMs;
    this.#anchors = [{ wire: 0, source: startMs }];
  }

  /** A message left: `durationMs` of the source, and behind it `paddingMs` of silence that are not in the source. */
  sent(durationMs: number, paddingMs: number): void {
    this.#sentMs += durationMs;
    const source = paddingMs > 0 ? this.sourceMs(this.#sentMs) : 0;
    this.#sentMs += paddingMs;
    if (paddingMs > 0) this.#anchors.push({ wire: this.#sentMs, source });
  }

  /** Another connection takes over: what is still open here comes again there. */
  retire(): void {
    this.#retiredAt = this.#timeline.nextTurn;
  }

  /** Moves an event onto the session's timeline. False: there is nothing new in it for the reader. */
  admit(event: ServerEvent): boolean {
    const retiredAt = this.#retiredAt;
    const retired = retiredAt !== undefined;
    switch (event.type) {
      case "Turn":
        return this.#admitTurn(event);
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
        event.start_ms = this.#moved(event.start_ms);
        event.end_ms = this.#moved(event.end_ms);
        break;
      case "Heartbeat":
        return !retired;
    }
    return this.#timeline.admit(event, this.#replayedMs);
  }

  /**
   * Where in the source an instant of this connection's audio lies. Instants inside padding lie at its start, those behind
   * what was sent at its end.
   */
  sourceMs(wireMs: number): number {
    const known = Number.isNaN(wireMs) ? 0 : Math.min(wireMs, this.#sentMs);
    let next = Number.POSITIVE_INFINITY;
    for (let i = this.#anchors.length - 1; i >= 0; i--) {
      const anchor = this.#anchors[i];
      if (!anchor) break;
      if (anchor.wire <= known) return Math.min(anchor.source + known - anchor.wire, next);
      next = anchor.source;
    }
    return this.#anchors[0]?.source ?? 0;
  }

  #admitTurn(event: TurnEvent): boolean {
    const timeline = this.#timeline;
    const wireOrder = event.turn_order;
    const order = wireOrder + this.#firstTurn;
    event.turn_order = order;
    this.#moveWords(event.words);
    if (this.#retiredAt !== undefined) return order < this.#retiredAt && timeline.admitSecondForm(event);
    if (!this.#dropCovered(event)) return false;
    const counted = Number.isSafeInteger(order);
    if (!counted || order < timeline.nextTurn) {
      if (timeline.admitSecondForm(event)) return true;
      if (!timeline.isNews(event)) return false;
      keepWords(event, timeline.settledMs);
    }
    // The session counts by itself. A service that skips, repeats or goes back goes on from its own number.
    event.turn_order = timeline.numberOf(order);
    if (counted) this.#firstTurn = event.turn_order - wireOrder;
    this.readMs = Math.max(this.readMs, lastEnd(event));
    timeline.admitTurn(event);
    return true;
  }

  /** Takes out words that a final turn had before. False: none is left. */
  #dropCovered(event: TurnEvent): boolean {
    return this.#coveredMs === 0 || !keepWords(event, this.#coveredMs) || event.words.length > 0;
  }

  #moveWords(words: readonly Word[]): void {
    for (const word of words) {
      word.start = this.#moved(word.start);
      word.end = this.#moved(word.end);
      if (typeof word.start === "number" && typeof word.end === "number") word.end = Math.max(word.start, word.end);
    }
  }

  /** A time of this connection as the session's. What is no number stays as it is. */
  #moved<T>(wireMs: T): T | number {
    return typeof wireMs === "number" ? Math.round(this.sourceMs(wireMs)) : wireMs;
  }
}

/** The latest end among the words, which may come in any order; 0 if none has one. */
function lastEnd({ words }: { readonly words: readonly Word[] }): number {
  let last = 0;
  for (const { end } of words) last = Math.max(last, finite(end) ?? 0);
  return last;
}

/** Where the middle of a word lies; undefined without times. */
function middleOf({ start, end }: Word): number | undefined {
  const [from, to] = [finite(start), finite(end)];
  return from === undefined || to === undefined ? undefined : (from + to) / 2;
}

/** Leaves the words of which the greater part lies behind `ms`, and those without times. Returns whether it took some out. */
function keepWords(event: TurnEvent, ms: number): boolean {
  const kept = event.words.filter((word) => !((middleOf(word) ?? Number.POSITIVE_INFINITY) <= ms));
  if (kept.length === event.words.length) return false;
  event.words = kept;
  event.transcript = kept.map((word) => word.text).join(" ");
  return true;
}
