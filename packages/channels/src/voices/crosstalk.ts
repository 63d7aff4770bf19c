import type { VoiceEnergy } from "./voice-energy.ts";

/** Ratios of two channels' energies are counted in bins of 1 dB from −60 to 60. */
const most = 60;
const bins = 2 * most + 1;
/** Frames with voice after which half of what was learnt before has faded. */
const halfLife = 12_000;
/** Ratios that a channel must have been alone with before it is believed: 0.3 s. */
const leastFrames = 30;
/** What crosstalk is taken for until it has been heard, in dB: no louder than this. */
const unheard = -6;
/** How much louder than crosstalk a channel's own voice is, in dB. */
const margin = 4;

/** Two peaks in the ratios of a pair: while the first speaks alone, and while the second does; in dB. */
interface Peaks {
  readonly first: number;
  readonly second: number;
}

/**
 * Learns how loud each channel's voice is in the others, by the ratios in which their energies come: one while the first of
 * two speaks alone, another while the second does. Loudness of the channels does not matter.
 */
export class Crosstalk {
  readonly #energy: VoiceEnergy;
  readonly #ratios: Float64Array[][];
  /** What one frame counts: more and more, instead of everything before counting less. */
  #weight = 1;
  #known: Peaks[][] | undefined;

  constructor(energy: VoiceEnergy) {
    this.#energy = energy;
    this.#ratios = Array.from({ length: energy.channels }, () =>
      Array.from({ length: energy.channels }, () => new Float64Array(bins)),
    );
  }

  /** Learns from a frame. */
  learn(frame: number): void {
    const { channels } = this.#energy;
    let voiced = false;
    for (let first = 0; first < channels; first++)
      for (let second = first + 1; second < channels; second++) {
        const ratio = this.#ratio(first, second, frame);
        const counts = this.#ratios[first]?.[second];
        if (ratio === undefined || counts === undefined) continue;
        const bin = Math.round(ratio) + most;
        counts[bin] = (counts[bin] ?? 0) + this.#weight;
        voiced = true;
      }
    if (!voiced) return;
    this.#known = undefined;
    this.#weight *= 2 ** (1 / halfLife);
    if (this.#weight > 1e6) this.#rescale();
  }

  /** Whether the channel has voice of its own in a frame: louder than its noise, and than the others' voices in it. */
  own(channel: number, frame: number): boolean {
    if (this.#energy.voice(channel, frame) === 0) return false;
    for (let other = 0; other < this.#energy.channels; other++)
      if (other !== channel && this.excess(channel, other, frame) < margin) return false;
    return true;
  }

  /** How much louder the channel is than the other's voice in it would be, in dB. */
  excess(channel: number, other: number, frame: number): number {
    const [first, second] = channel < other ? [channel, other] : [other, channel];
    const ratio = this.#ratio(first, second, frame);
    const peaks = this.#peaks[first]?.[second];
    if (ratio === undefined || peaks === undefined) return -most;
    return channel === first ? ratio - peaks.second : peaks.first - ratio;
  }

  /** Of two energies, in dB; undefined if neither has voice. */
  #ratio(first: number, second: number, frame: number): number | undefined {
    const one = this.#energy.voice(first, frame);
    const two = this.#energy.voice(second, frame);
    if (one === 0 && two === 0) return undefined;
    if (one === 0 || two === 0) return one === 0 ? -most : most;
    return Math.max(-most, Math.min(most, 10 * Math.log10(one / two)));
  }

  get #peaks(): Peaks[][] {
    this.#known ??= this.#ratios.map((row) => row.map((counts) => peaksOf(counts, leastFrames * this.#weight)));
    return this.#known;
  }

  #rescale(): void {
    for (const row of this.#ratios)
      for (const counts of row) for (let bin = 0; bin < bins; bin++) counts[bin] = (counts[bin] ?? 0) / this.#weight;
    this.#weight = 1;
  }
}

/** Finds the two peaks. One that has not been heard is taken for the other's mirror image. */
function peaksOf(counts: Float64Array, least: number): Peaks {
  const total = sum(counts, 0, bins);
  if (total < least) return { first: -unheard, second: unheard };
  let first = percentile(counts, 0, bins, 0.95);
  let second = percentile(counts, 0, bins, 0.05);
  for (let turn = 0; turn < 8; turn++) {
    const middle = Math.round((first + second) / 2) + most;
    const [low, high] = [sum(counts, 0, middle), sum(counts, middle, bins)];
    if (low > 0) second = percentile(counts, 0, middle, 0.3);
    if (high > 0) first = percentile(counts, middle, bins, 0.7);
  }
  if (areTwo(counts, first, second, least)) return { first, second };
  // Only one of the two has spoken: the one that is louder.
  const only = percentile(counts, 0, bins, 0.5);
  return only >= 0
    ? { first: Math.max(only, -unheard), second: Math.min(unheard, -only) }
    : { first: Math.max(-unheard, -only), second: Math.min(only, unheard) };
}

function areTwo(counts: Float64Array, first: number, second: number, least: number): boolean {
  const middle = Math.round((first + second) / 2) + most;
  if (first - second < 8 || sum(counts, 0, middle) < least || sum(counts, middle, bins) < least) return false;
  if (first > 0 && second < 0) return true;
  // On the same side of 0, the louder one may have been alone, with crosstalk that varies: there must be a gap between two.
  const near = (ratio: number) => sum(counts, Math.max(0, Math.round(ratio) + most - 2), Math.round(ratio) + most + 3);
  const between = sum(counts, middle - 2, middle + 3);
  return first - second >= 12 && between < 0.25 * Math.min(near(first), near(second));
}

function sum(counts: Float64Array, from: number, to: number): number {
  let total = 0;
  for (let bin = from; bin < to; bin++) total += counts[bin] ?? 0;
  return total;
}

/** The ratio in dB that this share of the counts is below. */
function percentile(counts: Float64Array, from: number, to: number, share: number): number {
  let left = share * sum(counts, from, to);
  for (let bin = from; bin < to; bin++) {
    left -= counts[bin] ?? 0;
    if (left <= 0 && (counts[bin] ?? 0) > 0) return bin - most;
  }
  return to - 1 - most;
}
