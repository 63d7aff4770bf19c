import { type AudioChunk, StreamingError } from "@voxpipe/core";

/** Audio in any shape that yields bytes. */
export type AudioSource =
  | AudioChunk
  | Iterable<AudioChunk>
  | AsyncIterable<AudioChunk>
  | Pick<ReadableStream<AudioChunk>, "getReader">;

type Result = IteratorResult<AudioChunk, unknown>;

/** A source that is read chunk by chunk. */
export interface OpenSource {
  next(): Result | PromiseLike<Result>;
  /** Closes the source, without waiting for one that never answers. */
  cancel(): void;
}

/** The chunks of a source that is completely in memory. */
export function wholeOf(data: AudioSource): readonly AudioChunk[] | undefined {
  if (isBytes(data)) return [data];
  if (!Array.isArray(data)) return undefined;
  for (const chunk of data) checkChunk(chunk);
  return [...data];
}

/**
 * @param caller named in errors.
 * @throws StreamingError `invalid-audio` if it is not a source
 */
export function openSource(data: AudioSource, caller = "stream()"): OpenSource {
  // A stream is read through its reader, which can be cancelled while a read is pending.
  if (isObject(data) && "getReader" in data) return openStream(data, caller);
  if (isObject(data) && Symbol.asyncIterator in data) return openIterator(data[Symbol.asyncIterator]());
  if (isObject(data) && !isBytes(data) && Symbol.iterator in data) return openIterator(data[Symbol.iterator]());
  throw new StreamingError(
    "invalid-audio",
    `${caller} accepts bytes, an iterable, an async iterable or a ReadableStream of bytes, not ${describe(data)}.`,
  );
}

/** @throws StreamingError `invalid-audio` */
export function checkChunk(chunk: unknown): asserts chunk is AudioChunk {
  if (!isBytes(chunk))
    throw new StreamingError(
      "invalid-audio",
      `Audio must be an ArrayBuffer or a view of one, not ${describe(chunk)}. Convert samples to bytes first.`,
    );
}

function openStream(stream: Pick<ReadableStream<AudioChunk>, "getReader">, caller: string): OpenSource {
  let reader: ReadableStreamDefaultReader<AudioChunk>;
  try {
    reader = stream.getReader();
  } catch (cause) {
    throw new StreamingError("invalid-audio", `${caller} cannot read this ReadableStream: it has another reader.`, {
      cause,
    });
  }
  return {
    next: () => reader.read(),
    cancel() {
      reader.cancel().catch(() => {});
      reader.releaseLock();
    },
  };
}

function openIterator(iterator: Iterator<AudioChunk> | AsyncIterator<AudioChunk>): OpenSource {
  return {
    next: () => iterator.next(),
    cancel() {
      // Async, so that a `return` that throws rejects here too.
      (async () => iterator.return?.())().catch(() => {});
    },
  };
}

function isBytes(data: unknown): data is AudioChunk {
  return ArrayBuffer.isView(data) || /^\[object (Shared)?ArrayBuffer\]$/.test(Object.prototype.toString.call(data));
}

function isObject<T>(value: T): value is T & object {
  return typeof value === "object" && value !== null;
}

function describe(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > 50 ? `${value.slice(0, 50)}…` : value);
  return isObject(value) ? Object.prototype.toString.call(value) : String(value);
}
