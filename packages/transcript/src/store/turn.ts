/** A word of a turn. Times are in ms of the audio, as the service sends them: at a turn's edges they include silence. */
export interface Word {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** 0–1. */
  readonly confidence?: number | undefined;
  /** Whether its text stays. */
  readonly isFinal: boolean;
  readonly speaker?: string | undefined;
  readonly channel?: string | undefined;
}

/** What was said between two pauses. Never changed: a newer reading is another object. */
export interface Turn {
  /** Rises by one per turn, over all sessions that were pushed. */
  readonly order: number;
  /** All that was heard so far. */
  readonly text: string;
  /** The beginning of `text` that will not change; all of it once the turn is final. */
  readonly stableText: string;
  /** Empty if the service sent none. */
  readonly words: readonly Word[];
  /** In ms of the audio. */
  readonly start: number;
  /** In ms of the audio. */
  readonly end: number;
  /** False among the final turns: its session ended before it did. */
  readonly isFinal: boolean;
  /** Whether the service has punctuated and capitalised it. */
  readonly isFormatted: boolean;
  /** The turn's speaker, or the one who says most of its words. */
  readonly speaker?: string | undefined;
  readonly channel?: string | undefined;
  /** A code such as `en`. */
  readonly language?: string | undefined;
  /** `data` of the turn's `LLMGatewayResponse`. */
  readonly response?: unknown;
}

/** Audio that never reached the service. */
export interface Gap {
  /** In ms of the audio. */
  readonly start: number;
  readonly lostMs: number;
  /** Follows the turn of this order; -1: before the first. */
  readonly afterOrder: number;
  readonly channel?: string | undefined;
}
