import { AudioError } from "../audio-error.ts";
import type { Bytes } from "../pcm/bytes.ts";
import { FrameAligner } from "../pcm/frame-aligner.ts";
import { bytesPerSample, type SampleEncoding } from "../pcm/pcm-format.ts";
import { type AudioBytes, bytesOf } from "./audio-bytes.ts";

export interface SplitChannelsOptions {
  /**
   * The encoding of one sample.
   * @default "s16le"
   */
  readonly encoding?: SampleEncoding;
  /**
   * How far one channel may be read ahead of the slowest one, in bytes of one channel. At that point the input waits, so read
   * all channels at the same time, or cancel those you do not need.
   *
   * @default 65536
   */
  readonly highWaterMark?: number;
}

/** A stream that takes interleaved audio, and its channels. */
export interface SplitChannels {
  readonly writable: WritableStream<AudioBytes>;
  /** One stream for each channel, in the order of a frame: whole samples in the input's encoding. */
  readonly channels: readonly ReadableStream<Bytes>[];
}

/**
 * Takes interleaved PCM apart: bytes cut anywhere in, one stream of bytes for each channel out. No sample is changed.
 * Bytes that do not fill a last frame are dropped.
 *
 * An input that ends or fails ends or fails every channel. A channel that is cancelled is left out from then on; once all
 * are cancelled, so is the input.
 *
 * @example
 * ```ts
 * const { writable, channels: [agent, caller] } = splitChannels(2);
 * stereo.pipeTo(writable);
 * agent.pipeTo(call.audio.agent);
 * caller.pipeTo(call.audio.caller);
 * ```
 * @param count channels, from 1
 * @throws {AudioError} `invalid-option`
 */
export function splitChannels(count: number, options: SplitChannelsOptions = {}): SplitChannels {
  const { encoding = "s16le", highWaterMark = 65_536 } = options;
  if (!Number.isInteger(count) || count < 1 || count > 65_535)
    throw new AudioError("invalid-option", `Invalid channels ${count}: use a whole number from 1 to 65535.`);
  if (!Object.hasOwn(bytesPerSample, encoding))
    throw new AudioError(
      "invalid-option",
      `Invalid encoding ${JSON.stringify(encoding)}: use one of ${Object.keys(bytesPerSample).join(", ")}.`,
    );
  if (!(highWaterMark > 0))
    throw new AudioError("invalid-option", `Invalid highWaterMark ${highWaterMark}: use a number of bytes above 0.`);
  return new Splitter(count, bytesPerSample[encoding], highWaterMark);
}

class Splitter implements SplitChannels {
  readonly writable: WritableStream<AudioBytes>;
  readonly channels: readonly ReadableStream<Bytes>[];
  /** Controllers of the channels that are not cancelled, by their place in a frame. */
  readonly #open = new Map<number, ReadableStreamDefaultController<Bytes>>();
  readonly #sampleBytes: number;
  #input: WritableStreamDefaultController | undefined;
  /** Resumes a write that waits for a reader. */
  #resume: () => void = () => {};

  constructor(count: number, sampleBytes: number, highWaterMark: number) {
    this.#sampleBytes = sampleBytes;
    this.channels = Array.from({ length: count }, (_, index) => this.#channel(index, highWaterMark));
    const aligner = new FrameAligner(count * sampleBytes);
    this.writable = new WritableStream<AudioBytes>({
      start: (controller) => {
        this.#input = controller;
        // Otherwise `abort` would wait for a write that waits for a reader.
        controller.signal.addEventListener("abort", () => this.#resume(), { once: true });
      },
      write: async (chunk) => {
        try {
          this.#deal(aligner.push(bytesOf(chunk)), count);
        } catch (error) {
          this.#fail(error);
          throw error;
        }
        await this.#room();
      },
      close: () => {
        for (const controller of this.#open.values()) controller.close();
      },
      abort: (reason) => this.#fail(reason),
    });
  }

  #channel(index: number, highWaterMark: number): ReadableStream<Bytes> {
    return new ReadableStream<Bytes>(
      {
        start: (controller) => {
          this.#open.set(index, controller);
        },
        pull: () => this.#resume(),
        cancel: (reason) => {
          this.#open.delete(index);
          if (this.#open.size === 0) this.#input?.error(reason);
          this.#resume();
        },
      },
      { highWaterMark, size: (bytes) => bytes.length },
    );
  }

  #deal(frames: Uint8Array, count: number): void {
    if (frames.length === 0) return;
    for (const [index, controller] of this.#open) controller.enqueue(this.#pick(frames, index, count));
  }

  #pick(frames: Uint8Array, index: number, count: number): Bytes {
    const size = this.#sampleBytes;
    const bytes = new Uint8Array(frames.length / count);
    let from = index * size;
    for (let to = 0; to < bytes.length; from += (count - 1) * size)
      for (let byte = 0; byte < size; byte++) bytes[to++] = frames[from++] ?? 0;
    return bytes;
  }

  /** Resolves when every channel has room, or none is left. */
  async #room(): Promise<void> {
    const full = () => [...this.#open.values()].some(({ desiredSize }) => (desiredSize ?? 0) <= 0);
    while (full() && !this.#input?.signal.aborted)
      await new Promise<void>((resolve) => {
        this.#resume = resolve;
      });
  }

  #fail(reason: unknown): void {
    for (const controller of this.#open.values()) controller.error(reason);
    this.#open.clear();
    this.#resume();
  }
}
