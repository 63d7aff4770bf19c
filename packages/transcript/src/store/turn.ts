/** A word of a turn. Times are in ms of the audio, as the service sends them: at a turn's edges they include silence. */
export interface Word {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** How sure the model is, 0–1. */
  readonly confidence?: number | undefined;
  /** Whether its text is final. */
  readonly isFinal: boolean;
  readonly speaker?: string | undefined;
  readonly channel?: string | undefined;
}

/** The words between two pauses. It never changes: a newer reading is another object. */
export interface Turn {
  /** Rises by one per turn, over all sessions. */
  readonly order: number;
  /** Everything heard so far. */
  readonly text: string;
  /** The beginning of `text` that will not change; all of it when the turn is final. */
  readonly stableText: string;
  /** Empty if the service sent none. */
  readonly words: readonly Word[];
  /** Start, in ms of the audio. */
  readonly start: number;
  /** End, in ms of the audio. */
  readonly end: number;
  /** False for a final turn whose session ended before it did. */
  readonly isFinal: boolean;
  /** Whether the service has punctuated and capitalised it. */
  readonly isFormatted: boolean;
  /** The turn's speaker, or the speaker of most of its words. */
  readonly speaker?: string | undefined;
  readonly channel?: string | undefined;
  /** A code such as `en`. */
  readonly language?: string | undefined;
  /** `data` of the turn's `LLMGatewayResponse`. */
  readonly response?: unknown;
}

/** Audio that never reached the service. */
export interface Gap {
  /** Where it begins, in ms of the audio. */
  readonly start: number;
  readonly lostMs: number;
  /** The order of the turn before it; -1 if there is none. */
  readonly afterOrder: number;
  readonly channel?: string | undefined;
}
