import type { Writable } from "node:stream";

/** Text written to a stream that may be slow, or whose reader may leave. */
export interface TextOutput {
  /** Resolves when the text was written, or never will be because the stream has failed. */
  write(text: string): Promise<void>;
  /** Aborts, with the stream's error as its reason, when the stream fails: EPIPE if the reader has gone. */
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

/** Whether a stream failed because its reader has gone, as after `| head`. */
export function isBrokenPipe(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EPIPE";
}
