/** One frame, in ms. */
export const frameMs = 10;
/** How far back energies are known, in ms: longer than a turn, with what a reconnection replays. */
const historyMs = 300_000;
/** Frames over which the quietest is looked for: half a second. */
const blockFrames = 50;
/** Blocks that the noise floor is the quietest of: ten seconds. */
const floorBlocks = 20;
/** Energy below which nothing is voice: −70 dBFS. */
const leastFloor = 1e-7;

/** The energy of every channel in frames of 10 ms, and each channel's noise floor. Constant memory. */
export class VoiceEnergy {
  readonly channels: number;
  readonly #frameSamples: number;
  readonly #history: Float32Array[];
  readonly #floors: NoiseFloor[];
  /** Of the frame that is being filled. */
  readonly #sums: Float64Array;
  readonly #filters: { input: number; output: number }[];
  #filled = 0;
  #frames = 0;

  constructor(channels: number, sampleRate: number) {
    this.channels = channels;
    this.#frameSamples = Math.round((sampleRate * frameMs) / 1_000);
    this.#history = Array.from({ length: channels }, () => new Float32Array(historyMs / frameMs));
    this.#floors = Array.from({ length: channels }, () => new NoiseFloor());
    this.#sums = new Float64Array(channels);
    this.#filters = Array.from({ length: channels }, () => ({ input: 0, output: 0 }));
  }

  /** Whole frames so far. */
  get frames(): number {
    return this.#frames;
  }

  /** Takes as many samples of each channel; `whole` is called for each frame that they complete. */
  push(parts: readonly Float32Array[], whole: (frame: number) => void): void {
    const length = parts[0]?.length ?? 0;
    for (let from = 0; from < length; ) {
      const to = Math.min(length, from + this.#frameSamples - this.#filled);
      for (const [channel, samples] of parts.entries()) this.#add(channel, samples, from, to);
      this.#filled += to - from;
      from = to;
      if (this.#filled < this.#frameSamples) return;
      this.#filled = 0;
      this.#complete();
      whole(this.#frames - 1);
    }
  }

  /** Mean of the squared samples of a frame; 0 for one that is not known, or no longer. */
  at(channel: number, frame: number): number {
    const history = this.#history[channel];
    if (history === undefined || frame < 0 || frame >= this.#frames || frame < this.#frames - history.length) return 0;
    return history[frame % history.length] ?? 0;
  }

  /** The energy without what is always there, over three frames, so that small delays between channels do not matter. */
  voice(channel: number, frame: number): number {
    const mean = (this.at(channel, frame - 1) + this.at(channel, frame) + this.at(channel, frame + 1)) / 3;
    const floor = this.floor(channel);
    return mean < 3 * floor ? 0 : mean - floor;
  }

  floor(channel: number): number {
    return this.#floors[channel]?.level ?? leastFloor;
  }

  /** Without direct current and hum, which are no voice. */
  #add(channel: number, samples: Float32Array, from: number, to: number): void {
    const filter = this.#filters[channel];
    if (filter === undefined) return;
    let { input, output } = filter;
    let sum = this.#sums[channel] ?? 0;
    for (let index = from; index < to; index++) {
      const sample = samples[index] ?? 0;
      output = sample - input + 0.97 * output;
      input = sample;
      sum += output * output;
    }
    filter.input = input;
    filter.output = output;
    this.#sums[channel] = sum;
  }

  #complete(): void {
    for (const [channel, history] of this.#history.entries()) {
      const energy = (this.#sums[channel] ?? 0) / this.#frameSamples;
      this.#sums[channel] = 0;
      history[this.#frames % history.length] = energy;
      this.#floors[channel]?.push(energy);
    }
    this.#frames++;
  }
}

/** What a channel's noise amounts to: the quietest that it was in the last ten seconds. */
class NoiseFloor {
  readonly #quietest: number[] = [];
  #smooth = 0;
  #block = Number.POSITIVE_INFINITY;
  #count = 0;

  level = leastFloor;

  push(energy: number): void {
    this.#smooth += (energy - this.#smooth) / 5;
    if ((this.#count >= 5 || this.#quietest.length > 0) && this.#smooth < this.#block) {
      this.#block = this.#smooth;
      this.#measure();
    }
    this.#count++;
    if (this.#count < blockFrames) return;
    this.#quietest.push(this.#block);
    if (this.#quietest.length > floorBlocks) this.#quietest.shift();
    this.#block = Number.POSITIVE_INFINITY;
    this.#count = 0;
    this.#measure();
  }

  /** The quietest of a noise is below its mean. */
  #measure(): void {
    const quietest = this.#quietest.reduce((least, value) => Math.min(least, value), this.#block);
    this.level = Math.max(leastFloor, Number.isFinite(quietest) ? 1.5 * quietest : 0);
  }
}
