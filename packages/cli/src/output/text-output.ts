import type { Writable } from "node:stream";

/** Text going out through a stream that may be slow, or whose reader may leave. */
export interface TextOutput {
  /** Resolves when the text has left, or never will because the stream has failed. */
  write(text: string): Promise<void>;
  /** Aborts, with the stream's error as its reason, when the stream fails: EPIPE where a reader has gone. */
  readonly failed: AbortSignal;
}

export function textOutput(stream: Writable): TextOutput {
  const failure = new AbortController();
  stream.on("error", (error) => failure.abort(error));
  return {
    failed: failure.signal,
    write: (text) => new Promise((resolve) => stream.write(text, () => resolve())),
  };
}

/** Whether a stream failed because nobody reads it any more, as after `| head`. */
export function isBrokenPipe(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EPIPE";
}
