import { downmix, encodePcm16Into, type Level, LevelMeter, Resampler } from "@voxpipe/audio";

/** Samples of a render quantum in today's browsers. */
const quantum = 128;
const chunksPerSecond = 20;

/** Converts planar audio in render quanta to mono s16le at another rate, in chunks of 50 ms. Allocates per chunk, not per quantum. */
export class PcmChunker {
  readonly #resampler: Resampler;
  readonly #emit: (pcm: Uint8Array<ArrayBuffer>, level: Level) => void;
  readonly #meter = new LevelMeter();
  readonly #bytes: number;
  #mono = new Float32Array(quantum);
  #resampled: Float32Array;
  #chunk: Uint8Array<ArrayBuffer>;
  #filled = 0;

  /** @param emit receives each chunk and owns its buffer. */
  constructor(inputRate: number, outputRate: number, emit: (pcm: Uint8Array<ArrayBuffer>, level: Level) => void) {
    this.#resampler = new Resampler(inputRate, outputRate);
    this.#resampled = new Float32Array(this.#resampler.outputCapacity(quantum));
    this.#emit = emit;
    this.#bytes = 2 * Math.round(outputRate / chunksPerSecond);
    this.#chunk = new Uint8Array(this.#bytes);
  }

  /** Takes one quantum; no channels mean silence. */
  push(channels: readonly Float32Array[]): void {
    const length = channels[0]?.length ?? this.#mono.length;
    if (length !== this.#mono.length) {
      this.#mono = new Float32Array(length);
      this.#resampled = new Float32Array(this.#resampler.outputCapacity(length));
    }
    downmix(channels, this.#mono);
    this.#write(this.#resampled, this.#resampler.pushInto(this.#mono, this.#resampled));
  }

  /** Emits the rest, including the resampler's last samples. */
  flush(): void {
    const last = this.#resampler.flush();
    this.#write(last, last.length);
    if (this.#filled > 0) this.#complete();
  }

  #write(samples: Float32Array, count: number): void {
    const room = (this.#bytes - this.#filled) / 2;
    const now = Math.min(count, room);
    this.#meter.push(samples, 0, now);
    this.#filled = encodePcm16Into(samples, this.#chunk, this.#filled, now);
    if (now < room) return;
    this.#complete();
    if (now < count) this.#write(samples.subarray(now), count - now);
  }

  #complete(): void {
    const full = this.#filled === this.#bytes;
    const pcm = full ? this.#chunk : this.#chunk.slice(0, this.#filled);
    this.#chunk = new Uint8Array(this.#bytes);
    this.#filled = 0;
    this.#emit(pcm, this.#meter.read());
  }
}
