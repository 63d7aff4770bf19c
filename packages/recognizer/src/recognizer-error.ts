/**
 * Why recognition is not possible:
 * - `models-missing`: a model file is not where it should be;
 * - `unsupported-platform`: there is no prebuilt decoder for this system;
 * - `worker-failed`: a worker thread could not start, or ended unexpectedly;
 * - `too-far-behind`: more audio waits than `maxBacklogMs` allows;
 * - `closed`: the engine was closed.
 */
export type RecognizerErrorCode =
  | "models-missing"
  | "unsupported-platform"
  | "worker-failed"
  | "too-far-behind"
  | "closed";

/** An error of the recogniser; its message gives the cause and the remedy. */
export class RecognizerError extends Error {
  override readonly name = "RecognizerError";
  readonly code: RecognizerErrorCode;

  constructor(code: RecognizerErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
