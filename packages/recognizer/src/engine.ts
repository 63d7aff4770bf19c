/**
 * The engine contract of `@voxpipe/emulator`, stated again so that neither package depends on the other:
 * types that fit each other by their shape are the same type to TypeScript.
 */

/** What turns audio into words. */
export interface Engine {
  /** For logs and `Begin.configuration.model`. */
  readonly name: string;
  /** One call a session. Resolves once a worker has loaded the model; rejects with a `RecognizerError`. */
  open(listener: EngineListener): Promise<EngineSession>;
  /** Stops the worker threads. Sessions that are still open end as by `close()`; opening another rejects. */
  close(): Promise<void>;
}

/** Where a session reports to. Nothing is reported after the session's `close()`. */
export interface EngineListener {
  /** A new reading of the open stretch: everything since the last endpoint. */
  heard(hypothesis: Hypothesis): void;
  /** The session is over: its worker ended, or it fell too far behind. */
  failed(error: Error): void;
}

/** One session's audio and endpoints. */
export interface EngineSession {
  /** Samples in [-1, 1), 16 kHz mono, any length; copied before this returns. Never blocks. */
  write(samples: Float32Array): void;
  /**
   * Closes the open stretch at the last sample written so far and resolves with its words, all of them final.
   * Later hypotheses are about later audio only. Calls are answered in order.
   */
  endpoint(): Promise<readonly EngineWord[]>;
  /**
   * Resolves once everything written so far has been heard and reported, and what had to be read for that has been read;
   * `undefined` if it has been already. Readings of an open segment, which may be left out, are not waited for.
   */
  settled(): Promise<void> | undefined;
  /** Gives up at once: pending endpoints resolve with the words known by then. */
  close(): void;
}

/** What is known of the open stretch. */
export interface Hypothesis {
  /** Words in order. A word once `final` keeps its text; its times and confidence may still change. */
  readonly words: readonly EngineWord[];
  /**
   * Session audio processed, in ms. It stands still while a closed segment waits for its decoding: how far it
   * stays behind the audio written is how far this session lags.
   */
  readonly heardMs: number;
  /** First and last ms of session audio with voice in the open stretch; absent while none was found. */
  readonly voice?: { readonly startMs: number; readonly endMs: number };
}

/** `start` and `end` are integer ms of session audio. */
export interface EngineWord {
  readonly start: number;
  readonly end: number;
  /** With the model's casing and punctuation. */
  readonly text: string;
  /**
   * 0–1: how steady the word was while its segment was read again and again, not a probability from the model,
   * which tells none. `(agreeing + 1) / (readings + 2)` over the readings that reached the word.
   */
  readonly confidence: number;
  readonly final: boolean;
}
