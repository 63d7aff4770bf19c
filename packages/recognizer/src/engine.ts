/**
 * The engine contract of `@voxpipe/emulator`, repeated here so that neither package depends on the other: TypeScript
 * compares types by their shape.
 */

/** What turns audio into words. */
export interface Engine {
  /** For logs and `Begin.configuration.model`. */
  readonly name: string;
  /** Opens a session. Resolves when a worker has loaded the model; rejects with a `RecognizerError`. */
  open(listener: EngineListener): Promise<EngineSession>;
  /** Stops the worker threads. Open sessions end as with `close()`; opening another one rejects. */
  close(): Promise<void>;
}

/** Receives a session's reports. Nothing is reported after the session's `close()`. */
export interface EngineListener {
  /** A new reading of the audio since the last endpoint. */
  heard(hypothesis: Hypothesis): void;
  /** The session has ended: its worker ended, or it fell too far behind. */
  failed(error: Error): void;
}

/** One session's audio and endpoints. */
export interface EngineSession {
  /** Samples in [-1, 1), 16 kHz mono, any length; copied before this returns. Never blocks. */
  write(samples: Float32Array): void;
  /**
   * Ends the open audio at the last sample written so far and resolves with its words, all of them final. Later hypotheses are
   * about later audio only. Calls are answered in order.
   */
  endpoint(): Promise<readonly EngineWord[]>;
  /**
   * Resolves when everything written so far has been processed and reported; `undefined` if it already has been. Does not wait
   * for readings of an open segment, which may be skipped.
   */
  settled(): Promise<void> | undefined;
  /** Ends at once: pending endpoints resolve with the words known so far. */
  close(): void;
}

/** What is known about the audio since the last endpoint. */
export interface Hypothesis {
  /** Words in order. A `final` word keeps its text; its times and confidence may still change. */
  readonly words: readonly EngineWord[];
  /**
   * Session audio processed, in ms. It does not advance while a closed segment waits for decoding: its distance to the audio
   * written is the lag of this session.
   */
  readonly heardMs: number;
  /** First and last ms of session audio with voice since the last endpoint; absent if there is none yet. */
  readonly voice?: { readonly startMs: number; readonly endMs: number };
}

/** `start` and `end` are integer ms of session audio. */
export interface EngineWord {
  readonly start: number;
  readonly end: number;
  /** With the model's casing and punctuation. */
  readonly text: string;
  /**
   * 0–1: how stable the word was over repeated readings of its segment, not a probability from the model, which reports none.
   * `(agreeing + 1) / (readings + 2)` over the readings that reached the word.
   */
  readonly confidence: number;
  readonly final: boolean;
}
