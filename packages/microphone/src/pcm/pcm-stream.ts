export interface PcmStreamListener {
  /** The oldest audio was dropped to make room: `bytes` bytes, starting `offset` bytes into all that was pushed. */
  dropped(bytes: number, offset: number): void;
  /** The reader cancelled. */
  cancelled(): void;
}

/**
 * A readable of what is pushed. Unread audio waits, up to `maxBytes`; beyond that the oldest is dropped, so that a slow
 * reader is never later than that. The end, with or without an error, comes after everything that waits.
 */
export class PcmStream {
  readonly readable: ReadableStream<Uint8Array<ArrayBuffer>>;
  readonly #maxBytes: number;
  readonly #listener: PcmStreamListener;
  readonly #waiting: Uint8Array<ArrayBuffer>[] = [];
  #waitingBytes = 0;
  #pushedBytes = 0;
  #wanted = false;
  #end: (() => void) | undefined;
  #controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>> | undefined;

  constructor(maxBytes: number, listener: PcmStreamListener) {
    this.#maxBytes = maxBytes;
    this.#listener = listener;
    this.readable = new ReadableStream(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => {
          this.#wanted = true;
          this.#serve();
        },
        cancel: () => {
          this.#finish();
          listener.cancelled();
        },
      },
      // The stream itself must not queue: what it has queued could no longer be dropped.
      { highWaterMark: 0 },
    );
  }

  /** Bytes that wait for a reader. */
  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  push(chunk: Uint8Array<ArrayBuffer>): void {
    if (this.#end || !this.#controller) return;
    this.#waiting.push(chunk);
    this.#waitingBytes += chunk.length;
    this.#pushedBytes += chunk.length;
    this.#serve();
    this.#makeRoom();
  }

  /** Ends the readable after what waits: with `error`, or normally. */
  end(error?: Error): void {
    const controller = this.#controller;
    this.#end ??= () => (error ? controller?.error(error) : controller?.close());
    this.#serve();
  }

  /** Ends the readable at once; what waits is dropped. */
  abort(error: Error): void {
    this.#controller?.error(error);
    this.#finish();
  }

  #serve(): void {
    if (this.#wanted) {
      const chunk = this.#waiting.shift();
      if (chunk) {
        this.#wanted = false;
        this.#waitingBytes -= chunk.length;
        this.#controller?.enqueue(chunk);
      }
    }
    if (this.#end && this.#waiting.length === 0) {
      if (this.#controller) this.#end();
      this.#finish();
    }
  }

  #makeRoom(): void {
    const offset = this.#pushedBytes - this.#waitingBytes;
    let dropped = 0;
    while (this.#waitingBytes > this.#maxBytes) {
      const bytes = this.#waiting.shift()?.length ?? 0;
      this.#waitingBytes -= bytes;
      dropped += bytes;
    }
    if (dropped > 0) this.#listener.dropped(dropped, offset);
  }

  #finish(): void {
    this.#controller = undefined;
    this.#waiting.length = 0;
    this.#waitingBytes = 0;
  }
}
