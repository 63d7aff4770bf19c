import { finite } from "../protocol/finite.ts";
import type { ServerEvent, TurnEvent, Word } from "../protocol/messages.ts";
import { RepeatedWords } from "./repeated-words.ts";
import type { Admission, Timeline } from "./timeline.ts";
import { keepWords, lastEnd } from "./word-times.ts";

/** The share that one connection has in a session's timeline. */
export class ConnectionTimeline {
  /** The source ms up to which the service has read words. */
  readMs: number;
  readonly #timeline: Timeline;
  /** What has to be added to this connection's turn numbers. */
  #firstTurn: number;
  readonly #replayedMs: number;
  /** What this connection reads though final turns cover it: its audio starts earlier. */
  readonly #repeated: RepeatedWords | undefined;
  /** From `wire` ms of this connection on, the source is at `source` ms. One entry, and one for each padding sent. */
  readonly #anchors: { readonly wire: number; readonly source: number }[];
  /** Ms sent on this connection, padding included: no time that the service gives lies behind it. */
  #sentMs = 0;
  /** Once another connection has taken over: the first turn that belongs to the new one. */
  #retiredAt: number | undefined;
  /** The last turn, as the service counts, that only repeats what was said: it has no number of the session's. */
  #lastRepeated = -1;

  /**
   * @param startMs Where in the source its audio starts.
   * @param replayedMs An earlier connection had the audio before this.
   * @param pauseMs Where the pause behind the settled audio is, if it is known.
   */
  constructor(timeline: Timeline, startMs: number, replayedMs: number, pauseMs?: number) {
    timeline.attach(startMs);
    this.#timeline = timeline;
    this.#firstTurn = timeline.nextTurn;
    this.#replayedMs = replayedMs;
    const { settledMs, lastWord } = timeline;
    if (settledMs > startMs + 1)
      this.#repeated = new RepeatedWords(lastWord ?? { startMs: settledMs, endMs: settledMs, text: "" }, pauseMs);
    this.readMs = startMs;
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

  /** Moves an event onto the session's timeline. Undefined: there is nothing new in it for the reader. */
  admit(event: ServerEvent): Admission | undefined {
    if (event.type === "Turn") return this.#admitTurn(event);
    return this.#admitOther(event) ? "news" : undefined;
  }

  #admitOther(event: Exclude<ServerEvent, TurnEvent>): boolean {
    const retiredAt = this.#retiredAt;
    const retired = retiredAt !== undefined;
    switch (event.type) {
      case "SpeakerRevision":
        event.revisions = event.revisions.filter((revision) => {
          if (revision.turn_order <= this.#lastRepeated) return false;
          revision.turn_order += this.#firstTurn;
          this.#moveWords(revision.words);
          return !retired || revision.turn_order < retiredAt;
        });
        return event.revisions.length > 0;
      case "LLMGatewayResponse":
        if (finite(event.turn_order) === undefined) return true;
        if (Number(event.turn_order) <= this.#lastRepeated) return false;
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

  #admitTurn(event: TurnEvent): Admission | undefined {
    const timeline = this.#timeline;
    const wireOrder = event.turn_order;
    const order = wireOrder + this.#firstTurn;
    event.turn_order = order;
    this.#moveWords(event.words);
    if (this.#retiredAt !== undefined)
      return order < this.#retiredAt && timeline.admitSecondForm(event) ? "news" : undefined;
    const counted = Number.isSafeInteger(order);
    this.readMs = Math.max(this.readMs, lastEnd(event));
    if (!this.#dropCovered(event)) {
      if (event.end_of_turn && counted) {
        this.#lastRepeated = wireOrder;
        // The next turn of this connection gets the number that this one does not need.
        this.#firstTurn = Math.min(this.#firstTurn, timeline.nextTurn - wireOrder - 1);
      }
      return undefined;
    }
    if (!counted || order < timeline.nextTurn) {
      if (timeline.admitSecondForm(event)) return "news";
      if (!timeline.isNews(event)) return undefined;
      keepWords(event, timeline.settledMs);
    }
    // The session counts by itself. A service that skips, repeats or goes back continues from its own number.
    event.turn_order = timeline.numberOf(order);
    if (counted) this.#firstTurn = event.turn_order - wireOrder;
    return timeline.admitTurn(event);
  }

  /** Takes out words that a final turn had before. False: none is left. */
  #dropCovered(event: TurnEvent): boolean {
    return !this.#repeated?.remove(event) || event.words.length > 0;
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
