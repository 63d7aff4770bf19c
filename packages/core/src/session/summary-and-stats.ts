import { finite } from "../protocol/finite.ts";
import type { BeginEvent, TerminationEvent } from "../protocol/messages.ts";

/** How a session ended. */
export interface SessionSummary {
  /** Audio that the service processed, in seconds, over all connections that reported it; undefined where none did. */
  readonly audioDurationSeconds: number | undefined;
  /** Time that the service counted, in seconds, likewise. */
  readonly sessionDurationSeconds: number | undefined;
  /** The service's ids of the connections, in order. */
  readonly sessionIds: readonly string[];
  /** How often a new connection took over. */
  readonly reconnects: number;
}

/** A snapshot of a session's figures; durations in ms. */
export interface SessionStats {
  /** Source audio sent, each part counted once. */
  readonly audioSentMs: number;
  /** Source audio written and not sent. */
  readonly audioBufferedMs: number;
  /** Audio sent again after changes of connection. */
  readonly audioReplayedMs: number;
  /**
   * Audio that was sent, that no final turn covers, and that no connection will transcribe any more: what fell out of the
   * replay buffer, and, once the session has failed, everything since the last final turn. What was never sent is in
   * `audioBufferedMs`.
   */
  readonly audioLostMs: number;
  readonly reconnects: number;
  /** Events that were dropped since `events` was read too slowly. Never final turns. */
  readonly eventsDropped: number;
  /** Of the last turn: from its first word's audio leaving to its first reading. */
  readonly firstPartialLatencyMs: number | undefined;
  /**
   * Of the last turn: from its last word's audio leaving to its being final. The end that the service reports for a last word
   * absorbs silence, 240 ms of it at the median with U3, so the turn was waited for that much longer.
   */
  readonly endOfTurnLatencyMs: number | undefined;
}

/** What a session counts. */
export class SessionRecord {
  /** The first Begin. */
  begin: BeginEvent | undefined;
  /** Audio that was sent, that no final turn covers, and that no connection will transcribe any more. */
  lostMs = 0;
  eventsDropped = 0;
  /** The service's ids of the connections that carried audio, in order. */
  readonly sessionIds: string[] = [];
  /** One for each connection that ended with one. */
  readonly terminations: TerminationEvent[] = [];

  get sessionId(): string | undefined {
    return this.sessionIds.at(-1);
  }

  get reconnects(): number {
    return Math.max(0, this.sessionIds.length - 1);
  }

  get summary(): SessionSummary {
    const sum = (name: "audio_duration_seconds" | "session_duration_seconds") =>
      this.terminations.length > 0
        ? this.terminations.reduce((total, event) => total + Math.max(0, finite(event[name]) ?? 0), 0)
        : undefined;
    return {
      audioDurationSeconds: sum("audio_duration_seconds"),
      sessionDurationSeconds: sum("session_duration_seconds"),
      sessionIds: this.sessionIds,
      reconnects: this.reconnects,
    };
  }
}
