import { AudioError } from "../audio-error.ts";

/** How loud a block is, in dBFS: 0 is full scale, silence is `-Infinity`. A sine at full scale has an RMS of -3.01. */
export interface Level {
  readonly rms: number;
  readonly peak: number;
}

/** The level of a block of samples from -1 to 1. An empty block is silent. */
export function measureLevel(samples: Float32Array): Level {
  const meter = new LevelMeter();
  meter.push(samples);
  return meter.read();
}

/** An amplitude (1 is full scale) in dBFS. */
export function decibels(amplitude: number): number {
  return 20 * Math.log10(amplitude);
}

/** Measures the level of samples that arrive in pieces. `push` allocates nothing. */
export class LevelMeter {
  #squares = 0;
  #peak = 0;
  #count = 0;

  /** Samples added since the last `read`. */
  get count(): number {
    return this.#count;
  }

  /** Adds the samples from `start` up to `end`. */
  push(samples: Float32Array, start = 0, end = samples.length): void {
    for (let i = start; i < end; i++) {
      const sample = samples[i] ?? 0;
      this.#squares += sample * sample;
      this.#peak = Math.max(this.#peak, Math.abs(sample));
    }
    this.#count += Math.max(end - start, 0);
  }

  /** The level of everything since the last `read`. */
  read(): Level {
    const rms = decibels(Math.sqrt(this.#squares / Math.max(this.#count, 1)));
    const peak = decibels(this.#peak);
    this.#squares = 0;
    this.#peak = 0;
    this.#count = 0;
    return { rms, peak };
  }
}

/** The level of one part of a stream. */
export interface LevelReport extends Level {
  /** Where the part begins, in seconds from the start of the stream. */
  readonly time: number;
}

/** Cuts samples into blocks of equal length, however the input is cut, and reports the level of each. */
export class LevelReporter {
  readonly #meter = new LevelMeter();
  readonly #sampleRate: number;
  readonly #blockLength: number;
  readonly #report: (level: LevelReport) => void;
  #blockStart = 0;

  /** @param interval seconds per block; at least one sample. */
  constructor(sampleRate: number, interval: number, report: (level: LevelReport) => void) {
    if (!(interval > 0 && interval < Number.POSITIVE_INFINITY)) {
      throw new AudioError("invalid-option", `Invalid interval ${interval}: use seconds above 0, such as 0.1.`);
    }
    this.#sampleRate = sampleRate;
    this.#blockLength = Math.max(Math.round(sampleRate * interval), 1);
    this.#report = report;
  }

  push(samples: Float32Array): void {
    let at = 0;
    while (at < samples.length) {
      const end = Math.min(at + this.#blockLength - this.#meter.count, samples.length);
      this.#meter.push(samples, at, end);
      at = end;
      if (this.#meter.count === this.#blockLength) this.#emit();
    }
  }

  /** Reports the last, shorter block, if there is one. */
  flush(): void {
    if (this.#meter.count > 0) this.#emit();
  }

  #emit(): void {
    const length = this.#meter.count;
    const time = this.#blockStart / this.#sampleRate;
    this.#blockStart += length;
    this.#report({ ...this.#meter.read(), time });
  }
}
