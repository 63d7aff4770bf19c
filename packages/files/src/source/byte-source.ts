import { AudioError } from "@voxpipe/audio";

/** A file that can be read at any place, such as one on disk. */
export interface RandomAccess {
  /** In bytes. */
  readonly size: number;
  /** The bytes from `start` up to `end`; fewer only at the end of the file. */
  read(start: number, end: number): Promise<Uint8Array> | Uint8Array;
}

/**
 * A file: its bytes, a `Blob` or `File`, an object that reads at any place, or a stream or iterable of its bytes in order. What
 * can be read at any place reads every file; a stream cannot read a long MP4 file whose index is at its end.
 */
export type AudioFileSource =
  | Uint8Array
  | ArrayBuffer
  | Blob
  | RandomAccess
  | ReadableStream<Uint8Array>
  | AsyncIterable<Uint8Array>
  | Iterable<Uint8Array>;

/** Bytes read at once from what can be read at any place. */
const blockBytes = 64 * 1024;

/** A file's bytes, in either way. */
export interface ByteSource {
  /** Present where the file can be read at any place. */
  readonly access: RandomAccess | undefined;
  /** The file from its first byte. Once. */
  bytes(): AsyncGenerator<Uint8Array, void>;
  /** Gives the source up. A source that never answers is not waited for. */
  cancel(): void;
}

/** @throws AudioError `invalid-chunk` for what is no source of bytes. */
export function openSource(source: AudioFileSource): ByteSource {
  const access = randomAccess(source);
  if (access) return { access, bytes: () => blocks(access), cancel: () => {} };
  if (isObject(source) && "getReader" in source) return streamed(source);
  if (isObject(source) && Symbol.asyncIterator in source) return iterated(source[Symbol.asyncIterator]());
  if (isObject(source) && Symbol.iterator in source) return iterated(source[Symbol.iterator]());
  throw notBytes("openAudioFile() takes a file's bytes, a Blob, a stream or an iterable of bytes", source);
}

function randomAccess(source: unknown): RandomAccess | undefined {
  const bytes = wholeBytes(source);
  if (bytes) return { size: bytes.length, read: (start, end) => bytes.subarray(start, end) };
  if (isBlob(source))
    return {
      size: source.size,
      read: async (start, end) => new Uint8Array(await source.slice(start, end).arrayBuffer()),
    };
  return isRandomAccess(source) ? source : undefined;
}

function wholeBytes(value: unknown): Uint8Array | undefined {
  if (value instanceof Uint8Array) return value;
  return value instanceof ArrayBuffer ? new Uint8Array(value) : undefined;
}

async function* blocks({ size, read }: RandomAccess): AsyncGenerator<Uint8Array, void> {
  for (let at = 0; at < size; ) {
    const block = await read(at, Math.min(size, at + blockBytes));
    if (block.length === 0) return;
    at += block.length;
    yield block;
  }
}

function streamed(stream: ReadableStream<Uint8Array>): ByteSource {
  const reader = stream.getReader();
  const next = async () => {
    const { done, value } = await reader.read();
    return done ? undefined : value;
  };
  return { access: undefined, bytes: () => checked(next), cancel: () => void reader.cancel().catch(() => {}) };
}

function iterated(iterator: Iterator<unknown> | AsyncIterator<unknown>): ByteSource {
  const next = async () => {
    const result = await iterator.next();
    return result.done ? undefined : result.value;
  };
  const cancel = () => void (async () => iterator.return?.())().catch(() => {});
  return { access: undefined, bytes: () => checked(next), cancel };
}

async function* checked(next: () => Promise<unknown>): AsyncGenerator<Uint8Array, void> {
  for (;;) {
    const value = await next();
    if (value === undefined) return;
    const bytes = wholeBytes(value);
    if (!bytes) throw notBytes("A file must come as bytes", value);
    if (bytes.length > 0) yield bytes;
  }
}

function notBytes(what: string, value: unknown): AudioError {
  const got = isObject(value) ? Object.prototype.toString.call(value) : typeof value;
  return new AudioError("invalid-chunk", `${what}, not ${got}.`);
}

function isObject<T>(value: T): value is T & object {
  return typeof value === "object" && value !== null;
}

function isBlob(value: unknown): value is Blob {
  return isObject(value) && "slice" in value && "stream" in value && "size" in value;
}

function isRandomAccess(value: unknown): value is RandomAccess {
  return isObject(value) && "read" in value && typeof value.read === "function" && "size" in value;
}
