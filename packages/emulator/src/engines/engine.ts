/**
 * What turns audio into words for the server. The server decodes and resamples what clients send, keeps
 * the protocol and decides where turns end; an engine hears 16 kHz mono samples and says what it understood.
 */
export interface Engine {
  /** For logs and `Begin.configuration.model` where a session names no model. */
  readonly name: string;
  /**
   * One call a session. `listener` may be called at any time until the session is closed, also synchronously.
   *
   * @param query the parameters of the session's URL, including those that the protocol does not know
   */
  open(listener: EngineListener, query?: URLSearchParams): EngineSession | Promise<EngineSession>;
  /**
   * Frees what sessions share (threads, models). The last server that uses the engine calls it, once that server has closed.
   * Its owner may call it too.
   */
  close?(): Promise<void>;
}

export interface EngineListener {
  /** A new reading of the open stretch: everything since the last endpoint. Called whenever audio was processed. */
  heard(hypothesis: Hypothesis): void;
  /** The engine cannot continue this session. */
  failed(error: Error): void;
}

export interface EngineSession {
  /** Samples in [-1, 1), 16 kHz mono, any length. The engine copies what it keeps. Never blocks. */
  write(samples: Float32Array): void;
  /**
   * Closes the open stretch at the last sample written so far and resolves with its words, all of them final.
   * Later hypotheses are about later audio only. A second call waits for the first.
   */
  endpoint(): Promise<readonly EngineWord[]>;
  /**
   * Resolves once everything written so far has been processed and reported; `undefined` if it has been already. The
   * server then gives the engine no more audio than it has judged, so that turns are the same however fast audio comes.
   * Engines that report within `write` do not need it. Without it, words that are reported late are taken for words about
   * the audio that has come by then.
   */
  settled?(): Promise<void> | undefined;
  /** Gives up at once; pending endpoints resolve with what is known. Nothing is reported afterwards. */
  close(): void;
}

export interface Hypothesis {
  /** Words of the open stretch in order. A word once `final` keeps its text. */
  readonly words: readonly EngineWord[];
  /** Session audio processed so far, in ms. */
  readonly heardMs: number;
  /** First and last ms of session audio with voice in the open stretch; absent while none was found. */
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
  /** Diarisation, where the engine has it: "A", "B", … */
  readonly speaker?: string;
  /** Whom later diarisation takes for the speaker, where that differs: it becomes a `SpeakerRevision`. */
  readonly revisedSpeaker?: string;
  /** Masked where the session asks for `filter_profanity`; where absent, a short list decides. */
  readonly profane?: boolean;
  /** Personal information, and of which kind: a policy of `redact_pii_policies`, such as "person_name". */
  readonly pii?: string;
}
