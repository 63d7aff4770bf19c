import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { commonRates, sweep, toneResponse, worstFigures } from "../../test/frequency-response.ts";
import { Resampler, resamplerRates } from "./resampler.ts";

const rate = fc.integer({ min: 8_000, max: 192_000 });

function noise(length: number): Float32Array {
  let state = 1;
  return Float32Array.from({ length }, () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 1_073_741_823.5 - 1;
  });
}

function whole(inputRate: number, outputRate: number, input: Float32Array): number[] {
  const resampler = new Resampler(inputRate, outputRate);
  return [...resampler.push(input), ...resampler.flush()];
}

describe("frequency response", () => {
  test.each(commonRates)("%i to %i Hz keeps speech and drops what would alias", (inputRate, outputRate) => {
    const figures = worstFigures(inputRate, outputRate, 60);
    expect(figures.oneKilohertz).toBeLessThan(0.01);
    expect(figures.passBand).toBeLessThan(0.01);
    expect(figures.spurious).toBeLessThan(-70);
    expect(figures.stopBand ?? Number.NEGATIVE_INFINITY).toBeLessThan(-70);
  });

  test.each([
    [47_999, 16_000],
    [191_999, 8_000],
    [44_101, 44_100],
  ])("%i to %i Hz, too odd a ratio for exact phases, is as good", (inputRate, outputRate) => {
    const figures = worstFigures(inputRate, outputRate, 20);
    expect(figures.passBand).toBeLessThan(0.01);
    expect(figures.spurious).toBeLessThan(-70);
    expect(figures.stopBand).toBeLessThan(-70);
  });

  test("holds for any pair of rates, at any frequency", () => {
    const pair = fc.record({ inputRate: rate, outputRate: rate, where: fc.double({ min: 0, max: 1, noNaN: true }) });
    fc.assert(
      fc.property(pair, ({ inputRate, outputRate, where }) => {
        const resampler = new Resampler(inputRate, outputRate);
        const frequency = (where * inputRate) / 2;
        const response = toneResponse(resampler, frequency);
        const nyquist = Math.min(inputRate, outputRate) / 2;
        if (frequency >= outputRate / 2) expect(response.total).toBeLessThan(-70);
        else if (inputRate !== outputRate) expect(response.rest).toBeLessThan(-70);
        if (frequency <= (7 / 8) * nyquist) expect(Math.abs(response.tone)).toBeLessThan(0.01);
      }),
      { numRuns: 60 },
    );
  });
});

describe("time", () => {
  test.each(commonRates)("%i to %i Hz delays no frequency", (inputRate, outputRate) => {
    const resampler = new Resampler(inputRate, outputRate);
    const nyquist = Math.min(inputRate, outputRate) / 2;
    for (const frequency of sweep(100, (7 / 8) * nyquist, 10)) {
      const { phase } = toneResponse(resampler, frequency);
      expect(Math.abs(phase / (2 * Math.PI * frequency))).toBeLessThan(1e-7);
    }
  });

  test.each(commonRates)("%i to %i Hz leaves a click where it was", (inputRate, outputRate) => {
    const input = new Float32Array(inputRate);
    input[inputRate / 5] = 1;
    const output = whole(inputRate, outputRate, input);
    const loudest = output.reduce((best, sample, i) => (sample > (output[best] ?? 0) ? i : best), 0);
    expect(loudest).toBe(outputRate / 5);
  });

  test("count becomes ceil(count * out / in), for any rates and any length", () => {
    fc.assert(
      fc.property(rate, rate, fc.integer({ min: 0, max: 3_000 }), (inputRate, outputRate, count) => {
        const length = whole(inputRate, outputRate, noise(count)).length;
        expect(length).toBe(Math.ceil((count * outputRate) / inputRate));
      }),
      { numRuns: 60 },
    );
  });

  test("does not drift over a minute", () => {
    const resampler = new Resampler(44_100, 16_000);
    const second = new Float32Array(44_100);
    const output = new Float32Array(resampler.outputCapacity(second.length));
    let count = 0;
    for (let i = 0; i < 60; i++) count += resampler.pushInto(second, output);
    expect(count + resampler.flushInto(output)).toBe(60 * 16_000);
  });
});

describe("cutting the input", () => {
  test("does not change the output, wherever it is cut", () => {
    const sizes = fc.array(fc.integer({ min: 0, max: 3_000 }), { minLength: 1, maxLength: 8 });
    const rates = fc.oneof(fc.constantFrom(...commonRates), fc.tuple(rate, rate));
    fc.assert(
      fc.property(rates, sizes, ([inputRate, outputRate], cuts) => {
        fc.pre(cuts.some((size) => size > 0));
        const input = noise(6_000);
        const resampler = new Resampler(inputRate, outputRate);
        const output: number[] = [];
        for (let at = 0, i = 0; at < input.length; i++) {
          const size = cuts[i % cuts.length] ?? 1;
          output.push(...resampler.push(input.subarray(at, at + size)));
          at += size;
        }
        output.push(...resampler.flush());
        expect(output).toEqual(whole(inputRate, outputRate, input));
      }),
      { numRuns: 40 },
    );
  });

  test("into 128 samples at a time, as a worklet does, changes nothing either", () => {
    const input = noise(128 * 50);
    const resampler = new Resampler(44_100, 16_000);
    const quantum = new Float32Array(resampler.outputCapacity(128));
    const output: number[] = [];
    for (let at = 0; at < input.length; at += 128) {
      const count = resampler.pushInto(input.subarray(at, at + 128), quantum);
      output.push(...quantum.subarray(0, count));
    }
    output.push(...resampler.flush());
    expect(output).toEqual(whole(44_100, 16_000, input));
  });

  test("never writes more than outputCapacity says", () => {
    fc.assert(
      fc.property(rate, rate, fc.array(fc.integer({ min: 0, max: 500 }), { maxLength: 20 }), (from, to, sizes) => {
        const resampler = new Resampler(from, to);
        for (const size of sizes) {
          expect(resampler.push(new Float32Array(size)).length).toBeLessThanOrEqual(resampler.outputCapacity(size));
        }
      }),
      { numRuns: 40 },
    );
  });
});

test("equal rates pass every sample untouched, at once", () => {
  const input = Float32Array.of(0, -0, 1e-30, 1, -1, 3.5, 1 / 3);
  const resampler = new Resampler(16_000, 16_000);
  expect(resampler.push(input)).toEqual(input);
  expect(resampler.flush()).toHaveLength(0);
  expect(resampler.lookahead).toBe(0);
});

test("a constant stays the same constant", () => {
  const output = whole(44_100, 16_000, new Float32Array(20_000).fill(0.5)).slice(100, -100);
  expect(Math.max(...output.map((sample) => Math.abs(sample - 0.5)))).toBeLessThan(1e-6);
});

test("after a flush it begins again, as if it were new", () => {
  const resampler = new Resampler(48_000, 16_000);
  const input = noise(5_000);
  resampler.push(noise(7_777));
  resampler.flush();
  expect([...resampler.push(input), ...resampler.flush()]).toEqual(whole(48_000, 16_000, input));
});

test("an output that could overflow is refused before anything is taken in", () => {
  const resampler = new Resampler(8_000, 16_000);
  const input = noise(100);
  expect(() => resampler.pushInto(input, new Float32Array(150))).toThrow(
    expect.objectContaining({ code: "invalid-option", message: expect.stringContaining("room for 150 samples") }),
  );
  expect([...resampler.push(input), ...resampler.flush()]).toEqual(whole(8_000, 16_000, input));
});

test.each([0, -1, 44_100.5, Number.NaN, resamplerRates.min - 1, resamplerRates.max + 1, Number.POSITIVE_INFINITY])(
  "a rate of %s is refused",
  (bad) => {
    const refusal = expect.objectContaining({ code: "invalid-option", message: expect.stringContaining(String(bad)) });
    expect(() => new Resampler(bad, 16_000)).toThrow(refusal);
    expect(() => new Resampler(16_000, bad)).toThrow(refusal);
  },
);
