import { AudioError } from "../audio-error.ts";
import type { Samples } from "../pcm/bytes.ts";
import { designFilter, type ResamplingFilter } from "./resampling-filter.ts";

/** The rates that can be converted, in Hz. */
export const resamplerRates = { min: 1_000, max: 768_000 } as const;

/** New samples that fit after the filter's history before it is moved back to the start. */
const blockLength = 2_048;

/**
 * Changes the sample rate of mono audio in pieces, without aliasing: frequencies above half of the lower rate are at least
 * 70 dB down, frequencies below 7/8 of that pass unchanged.
 *
 * The filter's delay is removed: output sample `n` is at the time of input sample `n * inputRate / outputRate`. `count` input
 * samples become exactly `ceil(count * outputRate / inputRate)` after `flush`. How the input is cut does not change the
 * output. Equal rates pass samples through unchanged.
 *
 * `pushInto` and `flushInto` allocate nothing, for use in an AudioWorklet.
 */
export class Resampler {
  readonly inputRate: number;
  readonly outputRate: number;
  /** Output samples, and input samples, per cycle of the ratio in lowest terms. */
  readonly #up: number;
  readonly #down: number;
  readonly #filter: ResamplingFilter | undefined;
  readonly #window: Float32Array;
  #filled = 0;
  /** Where in the window the taps of the next output sample begin, and how far behind that it lies, in `1 / #up`. */
  #head = 0;
  #phase = 0;

  /** @throws {AudioError} `invalid-option`, unless both rates are whole numbers of Hz within `resamplerRates`. */
  constructor(inputRate: number, outputRate: number) {
    assertRate("inputRate", inputRate);
    assertRate("outputRate", outputRate);
    this.inputRate = inputRate;
    this.outputRate = outputRate;
    const divisor = greatestCommonDivisor(inputRate, outputRate);
    this.#up = outputRate / divisor;
    this.#down = inputRate / divisor;
    this.#filter = inputRate === outputRate ? undefined : designFilter(inputRate, outputRate, this.#up);
    this.#window = new Float32Array(this.#filter === undefined ? 0 : this.#filter.taps + blockLength);
    this.#restart();
  }

  /** Input samples that an output sample waits for: those that its filter sees ahead of it. */
  get lookahead(): number {
    return this.#filter === undefined ? 0 : this.#filter.taps / 2;
  }

  /** How many samples an output must have room for when `inputLength` samples are pushed. */
  outputCapacity(inputLength: number): number {
    return this.#filter === undefined ? inputLength : Math.ceil((inputLength * this.#up) / this.#down) + 1;
  }

  /** Takes samples in; returns those that came out, in an array of their own. */
  push(input: Float32Array): Samples {
    const output = new Float32Array(this.outputCapacity(input.length));
    return output.subarray(0, this.pushInto(input, output));
  }

  /**
   * Takes the first `count` samples of `input` in and writes what comes out to the start of `output`.
   * @returns how many samples were written.
   * @throws {AudioError} `invalid-option`, when `output` has no room for `outputCapacity(count)` samples.
   */
  pushInto(input: Float32Array, output: Float32Array, count = input.length): number {
    this.#assertRoom(output, count);
    if (this.#filter === undefined) {
      for (let i = 0; i < count; i++) output[i] = input[i] ?? 0;
      return count;
    }
    return this.#advance(this.#filter, input, count, output);
  }

  /** Returns what was still waiting for samples ahead. The next push begins a new signal. */
  flush(): Samples {
    const output = new Float32Array(this.outputCapacity(this.lookahead));
    return output.subarray(0, this.flushInto(output));
  }

  /** As `flush`, into `output`, which must have room for `outputCapacity(lookahead)` samples. */
  flushInto(output: Float32Array): number {
    this.#assertRoom(output, this.lookahead);
    if (this.#filter === undefined) return 0;
    const written = this.#advance(this.#filter, undefined, this.lookahead, output);
    this.#restart();
    return written;
  }

  /** The first output sample lies at the first input sample, with silence before it. */
  #restart(): void {
    this.#window.fill(0);
    this.#filled = Math.max(this.lookahead - 1, 0);
    this.#head = 0;
    this.#phase = 0;
  }

  /** Moves `count` samples of `input`, or of silence, through the window. */
  #advance(filter: ResamplingFilter, input: Float32Array | undefined, count: number, output: Float32Array): number {
    let written = 0;
    let taken = 0;
    while (taken < count) {
      if (this.#filled === this.#window.length) this.#compact();
      const end = Math.min(this.#filled + count - taken, this.#window.length);
      for (; this.#filled < end; this.#filled++, taken++) {
        this.#window[this.#filled] = input === undefined ? 0 : (input[taken] ?? 0);
      }
      written = this.#emit(filter, output, written);
    }
    return written;
  }

  #compact(): void {
    this.#window.copyWithin(0, this.#head, this.#filled);
    this.#filled -= this.#head;
    this.#head = 0;
  }

  /** Computes every output sample whose taps are all there. */
  #emit(filter: ResamplingFilter, output: Float32Array, start: number): number {
    const { taps, rows, coefficients, interpolated } = filter;
    let written = start;
    while (this.#head + taps <= this.#filled) {
      const position = interpolated ? (this.#phase * rows) / this.#up : this.#phase;
      const row = Math.floor(position);
      let value = dot(this.#window, this.#head, coefficients, row * taps, taps);
      if (interpolated) {
        const next = dot(this.#window, this.#head, coefficients, (row + 1) * taps, taps);
        value += (next - value) * (position - row);
      }
      output[written++] = value;
      this.#phase += this.#down;
      const steps = Math.floor(this.#phase / this.#up);
      this.#phase -= steps * this.#up;
      this.#head += steps;
    }
    return written;
  }

  #assertRoom(output: Float32Array, inputLength: number): void {
    const capacity = this.outputCapacity(inputLength);
    if (output.length >= capacity) return;
    throw new AudioError(
      "invalid-option",
      `The output has room for ${output.length} samples, but ${inputLength} samples can become ${capacity}: ` +
        "size it with outputCapacity().",
    );
  }
}

/** Four sums at a time: each addition need not wait for the one before it. `length` is a multiple of 4. */
function dot(a: Float32Array, aStart: number, b: Float32Array, bStart: number, length: number): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  for (let i = 0; i < length; i += 4) {
    const x = aStart + i;
    const y = bStart + i;
    s0 += (a[x] ?? 0) * (b[y] ?? 0);
    s1 += (a[x + 1] ?? 0) * (b[y + 1] ?? 0);
    s2 += (a[x + 2] ?? 0) * (b[y + 2] ?? 0);
    s3 += (a[x + 3] ?? 0) * (b[y + 3] ?? 0);
  }
  return s0 + s1 + s2 + s3;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

function assertRate(name: string, rate: number): void {
  const { min, max } = resamplerRates;
  if (Number.isInteger(rate) && rate >= min && rate <= max) return;
  throw new AudioError("invalid-option", `Invalid ${name} ${rate}: use a whole number of Hz from ${min} to ${max}.`);
}
