import type { Bytes } from "@voxpipe/audio";
import type { Piece } from "./track-order.ts";

export interface TrackQueueOptions {
  /** Most bytes of audio that wait for the reader. */
  readonly limit: number;
  readonly silentByte: number;
}

/** Bytes of silence that are emitted at a time. */
const silenceBytes = 8_192;

/**
 * What waits for a track's reader. Beyond the limit, silence takes the place of what comes, and silence is only counted:
 * memory is bounded, and the track keeps its clock.
 */
export class TrackQueue {
  readonly stream: ReadableStream<Bytes>;
  #options: TrackQueueOptions | undefined;
  #pieces: Piece[] = [];
  #bytes = 0;
  #ended = false;
  #cancelled = false;
  #wake: () => void = () => {};

  constructor() {
    this.stream = new ReadableStream<Bytes>(
      {
        pull: (controller) => this.#pull(controller),
        cancel: () => {
          this.#cancelled = true;
          this.#pieces = [];
          this.#bytes = 0;
          this.#wake();
        },
      },
      { highWaterMark: 0 },
    );
  }

  /** Must precede the first `push`. */
  open(options: TrackQueueOptions): void {
    this.#options = options;
  }

  /** Returns how many bytes had to be dropped. */
  push(piece: Piece): number {
    if (this.#cancelled || this.#ended) return 0;
    if ("silence" in piece) {
      this.#addSilence(piece.silence);
      return 0;
    }
    const { length } = piece.bytes;
    if (this.#bytes + length > (this.#options?.limit ?? 0)) {
      this.#addSilence(length);
      return length;
    }
    this.#bytes += length;
    this.#pieces.push(piece);
    this.#wake();
    return 0;
  }

  /** No more comes; what waits can still be read. */
  end(): void {
    this.#ended = true;
    this.#wake();
  }

  #addSilence(silence: number): void {
    const last = this.#pieces.at(-1);
    if (last !== undefined && "silence" in last)
      this.#pieces[this.#pieces.length - 1] = { silence: last.silence + silence };
    else this.#pieces.push({ silence });
    this.#wake();
  }

  async #pull(controller: ReadableStreamDefaultController<Bytes>): Promise<void> {
    while (!this.#cancelled) {
      const bytes = this.#next();
      if (bytes !== undefined) return controller.enqueue(bytes);
      if (this.#ended) return controller.close();
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #next(): Bytes | undefined {
    const first = this.#pieces[0];
    if (first === undefined) return undefined;
    if ("silence" in first && first.silence > silenceBytes) {
      this.#pieces[0] = { silence: first.silence - silenceBytes };
      return this.#silence(silenceBytes);
    }
    this.#pieces.shift();
    if ("silence" in first) return this.#silence(first.silence);
    this.#bytes -= first.bytes.length;
    return Uint8Array.from(first.bytes);
  }

  #silence(bytes: number): Bytes {
    return new Uint8Array(bytes).fill(this.#options?.silentByte ?? 0);
  }
}
