/**
 * Turns audio into words for the server. The server decodes and resamples the client's audio, implements the protocol and
 * decides where turns end; an engine gets 16 kHz mono samples and reports words.
 *
 * @example
 * const engine: Engine = { name: "mine", open: async (listener) => createSession(listener) };
 */
export interface Engine {
  /** For logs, and for `Begin.configuration.model` if a session names no model. */
  readonly name: string;
  /**
   * Called once per session. `listener` may be called at any time until the session is closed, also synchronously.
   *
   * @param query the parameters of the session's URL, including those that the protocol does not know
   */
  open(listener: EngineListener, query?: URLSearchParams): EngineSession | Promise<EngineSession>;
  /**
   * Releases what sessions share (threads, models). Called by the last server that uses the engine, when that server has
   * closed. The engine's owner may also call it.
   */
  close?(): Promise<void>;
}

export interface EngineListener {
  /** A new reading of the audio since the last endpoint. Call it whenever audio was processed. */
  heard(hypothesis: Hypothesis): void;
  /** The engine cannot continue this session. */
  failed(error: Error): void;
}

export interface EngineSession {
  /** Samples in [-1, 1), 16 kHz mono, any length. The engine copies what it keeps. Must not block. */
  write(samples: Float32Array): void;
  /**
   * Ends the open audio at the last sample written so far and resolves with its words, all of them final. Later hypotheses are
   * about later audio only. A second call waits for the first.
   */
  endpoint(): Promise<readonly EngineWord[]>;
  /**
   * Resolves when everything written so far has been processed and reported; `undefined` if it already has been. The server then
   * gives the engine no more audio than it has judged, so that turns do not depend on how fast audio arrives. Engines that report
   * within `write` do not need it. Without it, words that are reported late count as words about the audio received by then.
   */
  settled?(): Promise<void> | undefined;
  /** Ends at once; pending endpoints resolve with the words known so far. Nothing is reported afterwards. */
  close(): void;
}

export interface Hypothesis {
  /** Words since the last endpoint, in order. A `final` word keeps its text. */
  readonly words: readonly EngineWord[];
  /** Session audio processed so far, in ms. */
  readonly heardMs: number;
  /** First and last ms of session audio with voice since the last endpoint; absent if there is none yet. */
  readonly voice?: { readonly startMs: number; readonly endMs: number };
}

/** `start` and `end` in ms of session audio. */
export interface EngineWord {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** 0–1. */
  readonly confidence: number;
  readonly final: boolean;
  /** The speaker, if the engine has diarisation: "A", "B", … */
  readonly speaker?: string;
  /** The speaker according to later diarisation, if it differs: becomes a `SpeakerRevision`. */
  readonly revisedSpeaker?: string;
  /** Whether to mask it if the session requests `filter_profanity`; if absent, a short list decides. */
  readonly profane?: boolean;
  /** The kind of personal information: a policy of `redact_pii_policies`, such as "person_name". */
  readonly pii?: string;
}
