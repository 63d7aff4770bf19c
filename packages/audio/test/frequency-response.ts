import { Resampler } from "../src/resampling/resampler.ts";

/** What a tone became, as powers in dB relative to the input. */
export interface ToneResponse {
  /** The whole output. */
  readonly total: number;
  /** The output at the tone's own frequency and time: level, and phase error in radians. */
  readonly tone: number;
  readonly phase: number;
  /** The rest of the output: images, aliases, noise. */
  readonly rest: number;
}

/** The most important rate pairs. */
export const commonRates: readonly (readonly [inputRate: number, outputRate: number])[] = [
  [48_000, 16_000],
  [44_100, 16_000],
  [44_100, 8_000],
  [8_000, 16_000],
  [96_000, 16_000],
  [22_050, 16_000],
  [48_000, 24_000],
  [11_025, 16_000],
];

/**
 * Sends a tone through a resampler, as cosine and as sine, which together have the same power at every instant; so the
 * measurement does not depend on how many periods fit. The ends, where the tone starts and stops, are left out.
 */
export function toneResponse(resampler: Resampler, frequency: number): ToneResponse {
  const { inputRate, outputRate } = resampler;
  const edge = Math.ceil(48 * Math.max(1, outputRate / inputRate));
  const wanted = 480 * Math.max(1, outputRate / inputRate);
  const count = Math.ceil(((wanted + 2 * edge) * inputRate) / outputRate);
  const real = through(resampler, tone(Math.cos, inputRate, frequency, count));
  const imaginary = through(resampler, tone(Math.sin, inputRate, frequency, count));
  const omega = (2 * Math.PI * frequency) / outputRate;
  const end = real.length - edge;
  let power = 0;
  let inPhase = 0;
  let quadrature = 0;
  for (let n = edge; n < end; n++) {
    const [x, y] = [real[n] ?? 0, imaginary[n] ?? 0];
    power += x * x + y * y;
    inPhase += x * Math.cos(omega * n) + y * Math.sin(omega * n);
    quadrature += y * Math.cos(omega * n) - x * Math.sin(omega * n);
  }
  const length = end - edge;
  const tonePower = (inPhase ** 2 + quadrature ** 2) / length ** 2;
  return {
    total: decibels(power / length),
    tone: decibels(tonePower),
    phase: Math.atan2(quadrature, inPhase),
    rest: decibels(Math.max(power / length - tonePower, 0)),
  };
}

/** `steps + 1` frequencies from `low` to `high`, both included. */
export function sweep(low: number, high: number, steps: number): number[] {
  return Array.from({ length: steps + 1 }, (_, i) => low + ((high - low) * i) / steps);
}

/** The worst figures of a rate pair, in dB. */
export interface WorstFigures {
  /** The loudest output for a tone above the new Nyquist frequency; undefined if the rate rises. */
  readonly stopBand: number | undefined;
  /** The loudest output beside the tone, for any tone in the pass band: images. */
  readonly spurious: number;
  /** The largest deviation from 0 dB in the pass band, which ends at 7/8 of the lower Nyquist frequency. */
  readonly passBand: number;
  /** Deviation at 1 kHz. */
  readonly oneKilohertz: number;
}

/** Sweeps a rate pair with `steps` tones per band. */
export function worstFigures(inputRate: number, outputRate: number, steps: number): WorstFigures {
  const resampler = new Resampler(inputRate, outputRate);
  const nyquist = Math.min(inputRate, outputRate) / 2;
  const passed = sweep(50, (7 / 8) * nyquist, steps).map((f) => toneResponse(resampler, f));
  const stopped =
    inputRate > outputRate
      ? [
          ...sweep(nyquist, 1.2 * nyquist, steps),
          ...sweep(Math.min(1.2 * nyquist, inputRate / 2), inputRate / 2, steps),
        ].filter((f) => f <= inputRate / 2)
      : [];
  return {
    stopBand: stopped.length === 0 ? undefined : Math.max(...stopped.map((f) => toneResponse(resampler, f).total)),
    spurious: Math.max(...passed.map((response) => response.rest)),
    passBand: Math.max(...passed.map((response) => Math.abs(response.tone))),
    oneKilohertz: Math.abs(toneResponse(resampler, 1_000).tone),
  };
}

function tone(wave: (angle: number) => number, rate: number, frequency: number, count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, n) => wave((2 * Math.PI * frequency * n) / rate));
}

/** Leaves the resampler in its initial state. */
function through(resampler: Resampler, samples: Float32Array): Float32Array {
  const output = resampler.push(samples);
  resampler.flush();
  return output;
}

function decibels(power: number): number {
  return 10 * Math.log10(power);
}
