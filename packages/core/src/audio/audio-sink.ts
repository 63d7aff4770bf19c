import type { Platform } from "../connection/socket.ts";
import { attempt } from "../errors/attempt.ts";
import { explainLock } from "../errors/explain-lock.ts";
import { StreamingError } from "../errors/streaming-error.ts";
import { type AudioChunk, type AudioStream, byteLengthOf, toBytes, transferred } from "./audio-chunk.ts";
import type { AudioEncoding } from "./audio-format.ts";
import type { ReplayBuffer } from "./replay-buffer.ts";
import type { AudioSource } from "./send-queue.ts";

export interface AudioSinkListener {
  now(): number;
  /** A chunk is here, and `fill` will give it. */
  written(): void;
  /** The writer closed: resolves when the session has ended. */
  closed(): Promise<void>;
  /** The writer aborted, or wrote what is not bytes. */
  failed(error: StreamingError): void;
}

/**
 * The writable end. A chunk counts as taken when its last byte went into the replay buffer, which happens only as the connection
 * takes audio: so the stream's own queue, `highWaterMark` bytes, is all that ever waits, and `writer.ready` is accurate.
 */
export class AudioSink implements AudioSource {
  readonly stream: AudioStream;
  /** Bytes ever written to the stream, those still in its queue included: what "before this call" means. */
  writtenBytes = 0;
  /** Bytes of them that went into the replay buffer. */
  takenBytes = 0;
  /** When the chunk was written from which bytes were taken last. */
  writtenAt = 0;
  readonly #encoding: AudioEncoding;
  readonly #listener: AudioSinkListener;
  #controller: WritableStreamDefaultController | undefined;
  #chunk: Uint8Array | undefined;
  #offset = 0;
  /** Of the chunk when it was written. Its memory may be resized since. */
  #length = 0;
  /** What the writes that have not had their turn measured when they were made, and when that was: two numbers each. */
  readonly #measured: number[] = [];
  /** How many of these have been used since: taken out many at a time, which is cheaper. */
  #turns = 0;
  #taken: { resolve(): void; reject(reason: unknown): void } | undefined;
  /** No more audio is taken, and writes without bytes still wait for their turn. */
  #ended: StreamingError | undefined;

  constructor(
    streams: Platform["streams"],
    encoding: AudioEncoding,
    highWaterMark: number,
    listener: AudioSinkListener,
  ) {
    this.#encoding = encoding;
    this.#listener = listener;
    this.stream = new streams.WritableStream<AudioChunk>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        write: (chunk) => this.#write(chunk),
        close: () => {
          this.#controller = undefined;
          return listener.closed();
        },
        abort: (reason: unknown) => {
          this.#controller = undefined;
          listener.failed(
            new StreamingError(
              "audio-failed",
              `The audio source failed: ${describe(reason)}. What came before it was transcribed.`,
              { cause: reason },
            ),
          );
        },
      },
      { highWaterMark, size: (chunk) => this.#measure(chunk) },
    );
    explainLock(
      this.stream,
      "session.audio is being written already, by a pipe or a writer. Use that one, or release it with releaseLock(). " +
        "To end the session, call session.close().",
    );
  }

  /** Moves audio into the buffer, up to the end of its next message, or of what is here. False: nothing is here. */
  fill(buffer: ReplayBuffer): boolean {
    const chunk = this.#chunk;
    if (!chunk) return false;
    if (chunk.length !== this.#length) {
      this.#chunk = undefined;
      const error = this.#refuse(transferred);
      this.#taken?.reject(error);
      this.#taken = undefined;
      return false;
    }
    const taken = buffer.append(chunk, this.#offset);
    this.#offset += taken;
    this.takenBytes += taken;
    if (this.#offset === chunk.length) {
      this.#chunk = undefined;
      this.#taken?.resolve();
      this.#taken = undefined;
    }
    return true;
  }

  /** All audio was taken: later writers and pipes get the error. Writes without bytes that were made before are accepted. */
  end(error: StreamingError): void {
    if (this.#measured[this.#turns] === 0) this.#ended = error;
    else this.fail(error);
  }

  /** Takes no more audio: writers and pipes get the error. What is here and was not taken is dropped. */
  fail(error: StreamingError): void {
    this.#chunk = undefined;
    this.#controller?.error(error);
    this.#controller = undefined;
    this.#taken?.reject(error);
    this.#taken = undefined;
  }

  /** Called once for each write, at once, while `#write` waits for its turn. */
  #measure(chunk: unknown): number {
    const bytes = byteLengthOf(chunk) ?? 0;
    this.writtenBytes += bytes;
    this.#measured.push(bytes, this.#listener.now());
    return bytes;
  }

  #write(chunk: unknown): Promise<void> | undefined {
    // Refused in its turn and not before: the writes ahead of it are taken first.
    const measured = this.#measured[this.#turns++];
    const writtenAt = this.#measured[this.#turns++];
    if (this.#turns === 128) {
      this.#measured.splice(0, this.#turns);
      this.#turns = 0;
    }
    if (this.#ended && this.#measured[this.#turns] !== 0) this.fail(this.#ended);
    if (this.#ended && measured !== 0) throw this.#ended;
    const bytes = toBytes(chunk, this.#encoding);
    if (typeof bytes === "string") throw this.#refuse(bytes);
    if (bytes.length !== measured) throw this.#refuse(transferred);
    if (bytes.length === 0) return undefined;
    this.#chunk = bytes;
    this.#offset = 0;
    this.#length = bytes.length;
    this.writtenAt = writtenAt ?? 0;
    this.#listener.written();
    if (!this.#chunk) return undefined;
    return new Promise((resolve, reject) => {
      this.#taken = { resolve, reject };
    });
  }

  #refuse(message: string): StreamingError {
    const error = new StreamingError("invalid-audio", message);
    // The stream gets its error from the throw; the listener must not put another in its place.
    this.#controller = undefined;
    this.#listener.failed(error);
    return error;
  }
}

function describe(reason: unknown): string {
  return attempt(() => String(reason instanceof Error ? reason.message : reason)) ?? typeof reason;
}
