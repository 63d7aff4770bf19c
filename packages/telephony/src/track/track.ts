import { type Bytes, bytesPerFrame, type PcmFormat } from "@voxpipe/audio";
import type { TrackStats } from "../call.ts";
import { type Chunk, silentByte } from "../providers/provider.ts";
import { type Origin, TrackOrder } from "./track-order.ts";
import { TrackQueue } from "./track-queue.ts";

/** Audio that waits for a reader, in ms. */
const longestWait = 60_000;

/** One side of a call. */
export class Track {
  readonly #queue = new TrackQueue();
  #order: TrackOrder | undefined;
  #bytesPerMs = 1;
  #frameBytes = 1;
  #received = 0;
  #dropped = 0;

  get stream(): ReadableStream<Bytes> {
    return this.#queue.stream;
  }

  start(format: PcmFormat, origin: Origin): void {
    this.#frameBytes = bytesPerFrame(format);
    this.#bytesPerMs = (this.#frameBytes * format.sampleRate) / 1_000;
    this.#queue.open({ limit: longestWait * this.#bytesPerMs, silentByte: silentByte(format) });
    this.#order = new TrackOrder({ bytesPerMs: this.#bytesPerMs, frameBytes: this.#frameBytes, origin });
  }

  /** Returns why the chunk cannot be used. */
  push(chunk: Chunk): string | undefined {
    if (chunk.bytes.length % this.#frameBytes !== 0)
      return `Audio of ${chunk.bytes.length} bytes, which are no whole samples`;
    this.#received += chunk.bytes.length;
    for (const piece of this.#order?.push(chunk) ?? []) this.#dropped += this.#queue.push(piece);
    return undefined;
  }

  end(): void {
    for (const piece of this.#order?.flush() ?? []) this.#dropped += this.#queue.push(piece);
    this.#queue.end();
  }

  stats(): TrackStats {
    return {
      receivedMs: this.#received / this.#bytesPerMs,
      filledMs: (this.#order?.filledBytes ?? 0) / this.#bytesPerMs,
      droppedMs: this.#dropped / this.#bytesPerMs,
      lateChunks: this.#order?.lateChunks ?? 0,
    };
  }
}
