import { StreamingError } from "./streaming-error.ts";

/** Methods of a stream that fail if it is locked, by how they fail. */
const throwing = ["getReader", "getWriter", "values", "tee", "pipeThrough", Symbol.asyncIterator] as const;
const rejecting = ["pipeTo", "cancel", "close", "abort"] as const;

/**
 * Makes the methods of a locked stream fail with `stream-locked` and `remedy`, instead of the platform's bare
 * "ReadableStream is locked".
 */
export function explainLock(stream: ReadableStream | WritableStream, remedy: string): void {
  const explained = (name: string | symbol, fail: (error: StreamingError) => unknown) => {
    const method: unknown = Reflect.get(stream, name);
    if (typeof method !== "function") return;
    Object.defineProperty(stream, name, {
      configurable: true,
      writable: true,
      value: (...given: unknown[]): unknown =>
        stream.locked ? fail(new StreamingError("stream-locked", remedy)) : Reflect.apply(method, stream, given),
    });
  };
  for (const name of throwing)
    explained(name, (error) => {
      throw error;
    });
  for (const name of rejecting) explained(name, (error) => Promise.reject(error));
}
