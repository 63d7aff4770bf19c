import type { Position } from "../log/position.ts";
import { RelayError } from "../relay-error.ts";
import type { Feed } from "../rooms/feed.ts";
import { concat, heartbeat, messagesAfter, retryMessage } from "./messages.ts";

export interface ReaderOptions {
  /** Up to where it has everything; undefined for a new one. */
  readonly position: Position | undefined;
  /** Most bytes that are handed over at a time. */
  readonly chunkBytes: number;
  /** When the connection ends, as `performance.now()` counts. */
  readonly endsAt: number;
  /** Sent to the reader, in ms. */
  readonly retry: number;
  /** Called once, when it has left or was disconnected. */
  readonly onEnd: () => void;
}

/**
 * One reader: a position in a feed, and a stream that is given something only when it is asked. It has no queue: for a
 * reader that asks late, partials have replaced each other meanwhile.
 */
export class Reader {
  readonly stream: ReadableStream<Uint8Array<ArrayBuffer>>;
  readonly #feed: Feed;
  readonly #options: ReaderOptions;
  readonly #stopListening: () => void;
  #controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>> | undefined;
  #position: Position | undefined;
  #wanted = false;
  #greeted = false;
  /** When it last asked, or was given something, in ms. */
  #active = performance.now();
  #ended = false;

  constructor(feed: Feed, options: ReaderOptions) {
    this.#feed = feed;
    this.#options = options;
    this.#position = options.position;
    this.#stopListening = feed.listen(() => this.#send());
    this.stream = new ReadableStream(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => {
          this.#wanted = true;
          this.#active = performance.now();
          this.#greet();
          this.#send();
        },
        cancel: () => {
          this.#end();
        },
      },
      { highWaterMark: 0 },
    );
  }

  /** The connection has ended. */
  leave(): void {
    if (this.#end()) this.#controller?.close();
  }

  /** Sends a heartbeat if nothing else was sent for a while; disconnects a reader that takes nothing, or has been here long. */
  check(now: number, heartbeatAfter: number, stallTimeout: number): void {
    const idle = now - this.#active;
    const isOver = now >= this.#options.endsAt;
    if (this.#wanted && isOver) this.leave();
    else if (this.#wanted && idle >= heartbeatAfter) this.#give(heartbeat);
    else if (!this.#wanted && (isOver || idle >= stallTimeout) && this.#end())
      this.#controller?.error(stalled(Math.round(idle)));
  }

  #greet(): void {
    if (this.#greeted) return;
    this.#greeted = true;
    this.#give(retryMessage(this.#options.retry));
  }

  #send(): void {
    if (!this.#wanted) return;
    const { chunks, position } = messagesAfter(this.#feed.log, this.#position, this.#options.chunkBytes);
    if (chunks.length === 0) return;
    this.#position = position;
    this.#give(concat(chunks));
  }

  #give(bytes: Uint8Array<ArrayBuffer>): void {
    this.#wanted = false;
    this.#active = performance.now();
    // It may ask again before this returns.
    this.#controller?.enqueue(bytes);
  }

  #end(): boolean {
    if (this.#ended) return false;
    this.#ended = true;
    this.#wanted = false;
    this.#stopListening();
    this.#options.onEnd();
    return true;
  }
}

function stalled(ms: number): RelayError {
  return new RelayError("reader-stalled", `A reader took nothing for ${ms} ms, and was disconnected.`, {
    remedy: "It continues where it was when it reconnects.",
  });
}
