import { largestMessage, type PcmFormat } from "./audio-format.ts";
import { levelOf } from "./pcm-level.ts";
import { earliestPlace, levelWindowMs, lookAhead, quietestPlace } from "./quietest-place.ts";
import type { AudioMessage, ReplayBuffer } from "./replay-buffer.ts";

/** The service takes messages of 50 to 1000 ms (protocol section 3). */
const shortestMs = 50;
const longestMs = 1000;
/** Frames that share one block of memory: fewer, larger allocations. */
const framesPerBlock = 16;
/**
 * Blocks kept for use again when a turn has ended: allocating them again costs page faults and collections. Only audio that a
 * final turn covers has surely left the socket, which may hold the memory itself until then.
 */
const mostSpare = 8;

/**
 * PCM framed on a grid of `frameMs`. Blocks of memory lie on the same grid, so that a frame is a view and the copy into
 * the log is the only one. After a cut off the grid (a flush, a rewind) one longer frame leads back onto it.
 */
export class PcmReplayBuffer implements ReplayBuffer {
  readonly #format: PcmFormat;
  readonly #bytesPerMs: number;
  readonly #frame: number;
  readonly #shortest: number;
  readonly #longest: number;
  readonly #block: number;
  readonly #capacity: number;
  readonly #blocks: Uint8Array[] = [];
  #spare: Uint8Array[] = [];
  /** Byte positions in the source: of the first block, the oldest byte kept, the next to send, the next to come. */
  #base = 0;
  #start = 0;
  #cursor = 0;
  #end = 0;

  /** Keeps at most `capacityMs` of audio that was sent. */
  constructor(format: PcmFormat, frameMs: number, capacityMs: number) {
    const bytes = (samples: number) => samples * format.bytesPerSample;
    this.#format = format;
    this.#bytesPerMs = bytes(format.sampleRate) / 1000;
    this.#shortest = bytes(Math.ceil((format.sampleRate * shortestMs) / 1000));
    this.#longest = bytes(
      Math.floor(Math.min((format.sampleRate * longestMs) / 1000, largestMessage / format.bytesPerSample)),
    );
    this.#frame = Math.min(bytes(Math.ceil((format.sampleRate * frameMs) / 1000)), this.#longest);
    this.#block = this.#frame * framesPerBlock;
    this.#capacity = bytes(Math.ceil((format.sampleRate * capacityMs) / 1000));
  }

  get messageMs(): number {
    return (this.#frameEnd() - this.#cursor) / this.#bytesPerMs;
  }

  get sentMs(): number {
    return this.#cursor / this.#bytesPerMs;
  }

  get endMs(): number {
    return this.#end / this.#bytesPerMs;
  }

  append(chunk: Uint8Array, offset: number): number {
    const stop = Math.min(offset + Math.max(0, this.#frameEnd() - this.#end), chunk.length);
    let from = offset;
    while (from < stop) {
      const index = Math.floor((this.#end - this.#base) / this.#block);
      const at = (this.#end - this.#base) % this.#block;
      const block = this.#blocks[index] ?? this.#spare.pop() ?? new Uint8Array(this.#block);
      if (index === this.#blocks.length) this.#blocks.push(block);
      const length = Math.min(stop - from, this.#block - at);
      // A view costs as much as the copy.
      block.set(length === chunk.length ? chunk : chunk.subarray(from, from + length), at);
      from += length;
      this.#end += length;
    }
    this.#forgetBeyondCapacity();
    return from - offset;
  }

  has(stopMs?: number): boolean {
    return this.#messageEnd(stopMs) > this.#cursor;
  }

  next(stopMs?: number): AudioMessage | undefined {
    const end = this.#messageEnd(stopMs);
    return end > this.#cursor ? this.#take(end) : undefined;
  }

  rest(): AudioMessage | undefined {
    return this.#end > this.#cursor ? this.#take(this.#end) : undefined;
  }

  rewind(ms: number): void {
    this.#forgetBeyondCapacity();
    this.#cursor = Math.min(this.#cursor, Math.max(this.#start, this.#position(ms)));
  }

  quietPlace(startMs: number, endMs: number): number {
    const bytes = (ms: number) => this.#position(ms);
    const window = bytes(levelWindowMs);
    const end = bytes(endMs);
    const stop = Math.min(this.#end, end + lookAhead * window);
    const behind = Math.floor((stop - end) / window);
    const from = Math.max(this.#start, bytes(earliestPlace(startMs, endMs)));
    if (window === 0 || behind < 0 || from >= end) return endMs;
    const levels: number[] = [];
    for (let at = end - window * Math.floor((end - from) / window); at + window <= end + behind * window; at += window)
      levels.push(levelOf(this.#format, this.#bytes(at, at + window, 0)));
    return endMs - levelWindowMs * quietestPlace(levels, behind);
  }

  release(ms: number): void {
    const free = this.#forget(Math.min(this.#cursor, this.#position(ms)));
    this.#spare = this.#spare.concat(free).slice(0, mostSpare);
  }

  /** Where the next message ends; 0 where it is not complete. */
  #messageEnd(stopMs = Number.POSITIVE_INFINITY): number {
    const whole = this.#frameEnd();
    if (stopMs < whole / this.#bytesPerMs) return Math.min(this.#position(stopMs), this.#wholeSamples(this.#end));
    return whole <= this.#end ? whole : 0;
  }

  /** The first point of the grid that makes a message long enough; off the grid only where that would be too long. */
  #frameEnd(): number {
    const aligned = Math.ceil((this.#cursor + this.#shortest) / this.#frame) * this.#frame;
    return aligned - this.#cursor <= this.#longest ? aligned : this.#cursor + this.#frame;
  }

  /** The byte at which the sample at or before `ms` starts; a hair's breadth for times that divisions produced. */
  #position(ms: number): number {
    return Math.floor((ms * this.#format.sampleRate) / 1000 + 1e-6) * this.#format.bytesPerSample;
  }

  #wholeSamples(bytes: number): number {
    return bytes - (bytes % this.#format.bytesPerSample);
  }

  #take(stop: number): AudioMessage {
    const length = stop - this.#cursor;
    const half = this.#wholeSamples(length) === length ? 0 : 1;
    const padding = stop < this.#frameEnd() ? Math.max(half, this.#frame - length) : 0;
    const bytes = this.#bytes(this.#cursor, stop, padding);
    this.#cursor = stop;
    return { bytes, durationMs: length / this.#bytesPerMs, paddingMs: padding / this.#bytesPerMs };
  }

  #bytes(from: number, stop: number, padding: number): Uint8Array {
    const block = this.#blocks[Math.floor((from - this.#base) / this.#block)];
    const at = (from - this.#base) % this.#block;
    if (block && padding === 0 && at + stop - from <= this.#block) return block.subarray(at, at + stop - from);
    const joined = new Uint8Array(stop - from + padding).fill(this.#format.silence);
    for (let position = from; position < stop; ) {
      const start = (position - this.#base) % this.#block;
      const length = Math.min(stop - position, this.#block - start);
      const source = this.#blocks[Math.floor((position - this.#base) / this.#block)];
      if (source) joined.set(source.subarray(start, start + length), position - from);
      position += length;
    }
    return joined;
  }

  #forgetBeyondCapacity(): void {
    const oldest = this.#wholeSamples(this.#end - this.#capacity + this.#format.bytesPerSample - 1);
    this.#forget(Math.min(this.#cursor, oldest));
  }

  /** Returns the blocks that nothing uses any more. */
  #forget(before: number): Uint8Array[] {
    this.#start = Math.max(this.#start, before);
    const unused = Math.floor((this.#start - this.#base) / this.#block);
    if (unused <= 0) return [];
    this.#base += unused * this.#block;
    return this.#blocks.splice(0, unused);
  }
}
