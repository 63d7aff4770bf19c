/** How a session ended. */
export interface SessionSummary {
  /** Audio that the service processed, in seconds, over all connections that told; undefined where none did. */
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
  /** Audio that fell out of the replay buffer before a final turn covered it, and went down with a connection. */
  readonly audioLostMs: number;
  readonly reconnects: number;
  /** Events that were dropped since `events` was read too slowly. Never final turns. */
  readonly eventsDropped: number;
  /** Of the last turn: from its first word's audio leaving to its first reading. */
  readonly firstPartialLatencyMs: number | undefined;
  /** Of the last turn: from its last word's audio leaving to its being final. */
  readonly endOfTurnLatencyMs: number | undefined;
}
