import type { ReconnectedEvent, StreamingEvent, TurnEvent } from "../../src/protocol/messages.ts";
import type { Surroundings } from "./surroundings.ts";

/** How much later than its last word a turn may be taken up again, in ms: the service absorbs silence into the word's end. */
const mostLateMs = 1400;

/** What the reader of the events knows, and what was said to the session. Its methods fail if an event may not come. */
export class Account {
  events = 0;
  /** Source ms that some connection has had; up to which final turns cover it; and what was reported as lost. */
  reachedMs = 0;
  coveredMs = 0;
  lostMs = 0;
  turnOpen = false;
  reconnected = 0;
  terminations = 0;
  /** Termination was shown while a retired connection could still bring turns. */
  terminationBeforeRetired = false;
  /** The replay buffer has to be released up to here. */
  settledMs = 0;
  /** Control messages that were given, and those that were settled. */
  receipts = 0;
  settledReceipts = 0;
  aborted = false;
  /** A Termination crossed Terminate. The session has to find that out once. */
  crossed = false;
  terminationsSent = 0;
  /** Connections in a row that ended after Terminate, as if all was well, with audio unanswered and nothing settled. */
  unanswered = 0;
  /** A connection ended after Terminate, and the session continued. */
  doubted = false;
  /** The durations in Terminations, one for each connection. */
  toldSeconds = 0;
  #turns = 0;

  /** Written audio that no final turn covers, in ms. */
  missingMs({ source }: Surroundings): number {
    return source.wantedMs - this.coveredMs;
  }

  /** An event comes out. Returns where a new connection takes over. */
  read(event: StreamingEvent, world: Surroundings): number | undefined {
    this.events++;
    if (world.session.outcome) throw new Error(`${event.type} after the end`);
    if (this.terminations > 0 && event.type !== "Warning" && event.type !== "Unrecognized")
      throw new Error(`${event.type} after Termination`);
    switch (event.type) {
      case "Begin":
        return 0;
      case "Reconnected":
        return this.#reconnect(event, world);
      case "Termination":
        this.terminations++;
        this.terminationBeforeRetired ||= world.session.connections.some(({ role }) => role === "retired");
        return undefined;
      case "Turn":
        this.#turn(event, world);
    }
    return undefined;
  }

  #reconnect(event: ReconnectedEvent, { now, lastCurrent, variant }: Surroundings): number {
    this.reconnected++;
    if (event.cause === "rollover" && this.turnOpen && now < (lastCurrent?.handover?.switchBy ?? 0))
      throw new Error("A handover in mid-turn");
    const startMs = this.reachedMs - event.replayed_ms;
    const lostMs = Math.max(0, startMs - this.coveredMs);
    if (Math.abs(lostMs - event.lost_ms) > 1) throw new Error(`Lost ${lostMs} ms, reported ${event.lost_ms}`);
    // What was taken for the next message counts, too.
    const keptMs = (variant.settings.reconnect?.replayBuffer ?? 0) - 200;
    if (lostMs > 1 && this.reachedMs - this.coveredMs < keptMs)
      throw new Error("The replay buffer's audio is not sent");
    this.lostMs += event.lost_ms;
    if (lostMs > 0) this.turnOpen = false;
    this.coveredMs = Math.max(this.coveredMs, startMs);
    return startMs;
  }

  #turn(event: TurnEvent, { about }: Surroundings): void {
    if (event.turn_order !== this.#turns) throw new Error(`Turn ${event.turn_order} instead of ${this.#turns}`);
    if (about?.refusal) throw new Error("A turn behind an Error is read");
    if (about?.role === "retired") throw new Error("A turn that is open on a retired connection is read");
    this.turnOpen = !event.end_of_turn && event.words.length > 0;
    if (!event.end_of_turn) return;
    this.#turns++;
    for (const { start = 0, end = 0 } of event.words) {
      const [from, to] = [Number(start), Number(end)];
      if (from > this.coveredMs + 1) throw new Error(`Words from ${from} ms, after ${this.coveredMs}`);
      if (to > this.reachedMs + 1) throw new Error(`Words up to ${to} ms, of ${this.reachedMs}`);
      if (to <= this.coveredMs) continue;
      this.coveredMs = to;
      this.settledMs = Math.max(from, to - mostLateMs) - 20;
      this.unanswered = 0;
    }
  }
}
