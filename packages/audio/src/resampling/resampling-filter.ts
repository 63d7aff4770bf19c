/** How far images and aliases are suppressed, in dB. */
const attenuation = 80;
/** The filter's length in samples of the lower rate: the longer, the narrower its transition band. */
const filterLength = 80;
/** Width of the transition band, in cycles per sample of the lower rate (Kaiser's estimate). */
const transition = (attenuation - 8) / (4.57 * Math.PI * filterLength);
/** Kaiser's window parameter for that attenuation. */
const kaiserBeta = 0.1102 * (attenuation - 8.7);
/** Up to this many coefficients, every phase of the ratio gets a row; beyond it, rows are interpolated. */
const exactCoefficients = 131_072;
/** Rows per sample of the lower rate if rows are interpolated: keeps the interpolation error below -100 dB. */
const interpolatedRows = 512;

/** A low-pass filter, cut into one row of taps for each position of an output sample between two input samples. */
export interface ResamplingFilter {
  /** Taps per row: even, a multiple of 4. */
  readonly taps: number;
  /** Rows per input sample. There is one row more, for the position of the next sample. */
  readonly rows: number;
  /** Row after row. The taps of each sum to 1. */
  readonly coefficients: Float32Array;
  /** Whether a position falls between rows. */
  readonly interpolated: boolean;
}

/**
 * Designs a Kaiser-windowed sinc for a conversion from `inputRate` to `outputRate`, with `phases` output samples per cycle of
 * the ratio in lowest terms. Its stop band begins at half the lower rate, so that nothing folds back.
 */
export function designFilter(inputRate: number, outputRate: number, phases: number): ResamplingFilter {
  const stretch = Math.max(inputRate / outputRate, 1);
  const half = 2 * Math.ceil((filterLength / 4) * stretch);
  const taps = 2 * half;
  const interpolated = phases * taps > exactCoefficients;
  const rows = interpolated ? Math.ceil(interpolatedRows / stretch) : phases;
  const coefficients = new Float32Array((rows + 1) * taps);
  const cutoff = (0.5 - transition / 2) / stretch;
  for (let row = 0; row <= rows; row++) {
    writeRow(coefficients.subarray(row * taps, (row + 1) * taps), row / rows, cutoff, half);
  }
  return { taps, rows, coefficients, interpolated };
}

/** The taps for an output sample `fraction` of an input sample after tap number `half - 1`. */
function writeRow(row: Float32Array, fraction: number, cutoff: number, half: number): void {
  const values = Array.from(row, (_, tap) => {
    const distance = half - 1 - tap + fraction;
    return sinc(2 * cutoff * distance) * kaiser(distance / half);
  });
  const sum = values.reduce((total, value) => total + value, 0);
  values.forEach((value, tap) => {
    row[tap] = value / sum;
  });
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** Kaiser's window at `x` from its middle (0) to its edges (-1 and 1). */
function kaiser(x: number): number {
  return besselI0(kaiserBeta * Math.sqrt(Math.max(1 - x * x, 0))) / besselI0(kaiserBeta);
}

/** The modified Bessel function of the first kind, order 0, by its power series. */
function besselI0(x: number): number {
  let term = 1;
  let sum = 1;
  for (let k = 1; term > sum * 1e-12; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}
