import type { EngineWord, Hypothesis } from "../engine.ts";
import type { RecognizerErrorCode } from "../recognizer-error.ts";

/** The data that a worker starts with. */
export interface WorkerStart {
  readonly files: ModelFiles;
  /** A `NativeGate`'s. */
  readonly gate: SharedArrayBuffer;
}

/** Absolute paths of the model files. */
export interface ModelFiles {
  readonly encoder: string;
  readonly decoder: string;
  readonly tokens: string;
  readonly voice: string;
}

/** From the main thread to a worker, in the order of the calls. */
export type Request =
  | { readonly type: "open"; readonly session: number }
  | { readonly type: "audio"; readonly session: number; readonly samples: Float32Array<ArrayBuffer> }
  | { readonly type: "endpoint"; readonly session: number; readonly id: number }
  | { readonly type: "close"; readonly session: number }
  /** The worker ends after its current work. */
  | { readonly type: "stop" };

/** From a worker to the main thread. */
export type Report =
  | { readonly type: "ready" }
  | { readonly type: "refused"; readonly code: RecognizerErrorCode; readonly message: string }
  /** Answers `close`: the worker has stopped working for this session. */
  | { readonly type: "closed"; readonly session: number }
  | { readonly type: "heard"; readonly session: number; readonly hypothesis: Hypothesis }
  | { readonly type: "endpoint"; readonly session: number; readonly id: number; readonly words: readonly EngineWord[] };
