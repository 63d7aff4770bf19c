import { sampleRate } from "../audio/audio-format.ts";
import { type SoundKind, soundsOf } from "../audio/sounds.ts";

/** From and to, in samples of the segment. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** The time resolution: steps of 10 ms. */
const stepSamples = sampleRate / 100;
const stepMs = 10;
/** A sound lasts at most this many steps. */
const longestSteps = 40;
/** At the ends of voiced audio, anything quieter than the loud parts by more than this, in dB, is not voice. */
const quietCost = 40;
const lengthWeight = 2.5;
const soundWeight = 0.5;
/** For a pause between words, and against one inside a word. */
const pauseBonus = 1.5;
const splitCost = 8;

interface Step {
  /** Of the whole segment. */
  readonly index: number;
  readonly afterPause: boolean;
  readonly costs: Readonly<Record<SoundKind, number>>;
}

/**
 * Estimates when each word was said, because the model reports no times. Spelling gives roughly which kinds of sounds follow
 * each other and how long they take; loudness and brightness give which kind each moment could be. The result is the most
 * likely path of the sounds through the voiced audio.
 *
 * @param texts The words, in order.
 * @param samples The segment's audio.
 * @param voiced Whether the detector found voice at a sample of the segment.
 */
export function wordTimes(
  texts: readonly string[],
  samples: Float32Array,
  voiced: (sample: number) => boolean,
): Span[] {
  const steps = voicedSteps(samples, voiced);
  if (texts.length === 0 || steps.length === 0) return texts.map(() => ({ start: 0, end: 0 }));
  const sounds = texts.flatMap((text, word) =>
    soundsOf(text, word === texts.length - 1 || /[.,?!;:]$/.test(text)).map((sound, i) => ({
      ...sound,
      word,
      first: i === 0,
    })),
  );
  const pace = (steps.length * stepMs) / sounds.reduce((sum, { ms }) => sum + ms, 0);
  const expected = sounds.map(({ kind, ms, first }) => ({ kind, first, steps: (ms * pace) / stepMs }));
  const bounds = likeliestBounds(expected, steps);
  return texts.map((_, word) => {
    const from = sounds.findIndex((sound) => sound.word === word);
    const to = sounds.findLastIndex((sound) => sound.word === word) + 1;
    const first = steps[Math.min(steps.length - 1, bounds[from] ?? 0)]?.index ?? 0;
    const last = steps[Math.max(bounds[from] ?? 0, (bounds[to] ?? 1) - 1)]?.index ?? first;
    return { start: first * stepSamples, end: Math.max(first + 1, last + 1) * stepSamples };
  });
}

function voicedSteps(samples: Float32Array, voiced: (sample: number) => boolean): Step[] {
  const all = Array.from({ length: Math.floor(samples.length / stepSamples) }, (_, index) => ({
    index,
    voiced: voiced(index * stepSamples + stepSamples / 2),
    ...measure(samples.subarray(Math.max(0, index * stepSamples - stepSamples), (index + 2) * stepSamples)),
  }));
  const levels = all
    .filter((step) => step.voiced)
    .map(({ level }) => level)
    .sort((a, b) => a - b);
  const loud = levels[Math.floor(levels.length * 0.95)] ?? 0;
  const kept = all.filter((step) => step.voiced && step.level > loud - quietCost);
  return kept.map(({ index, level, brightness }, i) => ({
    index,
    afterPause: i > 0 && index - (kept[i - 1]?.index ?? index) > 4,
    costs: soundCosts(Math.min(1, Math.max(0, (loud - level) / 40)), Math.min(1, brightness / 1.2)),
  }));
}

/** Level in dB, and brightness: how much of the energy is in high frequencies, 0 to 4. */
function measure(samples: Float32Array): { level: number; brightness: number } {
  let energy = 1e-9;
  let change = 0;
  for (let i = 1; i < samples.length; i++) {
    const sample = samples[i] ?? 0;
    const step = sample - (samples[i - 1] ?? 0);
    energy += sample * sample;
    change += step * step;
  }
  return { level: 10 * Math.log10(energy), brightness: change / energy };
}

/** How unlikely each kind of sound is at a moment; both measures are 0–1. */
function soundCosts(softness: number, brightness: number): Record<SoundKind, number> {
  return {
    vowel: 2 * softness + 1.5 * brightness,
    sonorant: 1.5 * Math.abs(softness - 0.15) + 1.5 * brightness,
    sibilant: 1.5 * (1 - brightness) + 0.5 * Math.abs(softness - 0.4),
    fricative: 0.4 * (1 - brightness) + Math.abs(softness - 0.5),
    stop: 1 - softness,
  };
}

/** The most likely bounds of the sounds (one more than sounds), by their lengths and places together. */
function likeliestBounds(
  sounds: readonly { kind: SoundKind; first: boolean; steps: number }[],
  steps: readonly Step[],
): number[] {
  let before = new Float64Array(steps.length + 1).fill(Number.POSITIVE_INFINITY);
  before[0] = 0;
  const cameFrom: Int32Array[] = [];
  for (const sound of sounds) {
    const now = new Float64Array(steps.length + 1).fill(Number.POSITIVE_INFINITY);
    const from = new Int32Array(steps.length + 1);
    const longest = Math.max(longestSteps, Math.ceil(3 * sound.steps));
    const lengthCosts = Array.from({ length: longest + 1 }, (_, length) => {
      const ratio = Math.log((length + 0.5) / (sound.steps + 0.5));
      return lengthWeight * ratio * ratio;
    });
    for (let start = 0; start <= steps.length; start++) {
      const reached = before[start] ?? Number.POSITIVE_INFINITY;
      if (reached === Number.POSITIVE_INFINITY) continue;
      let cost = reached - (sound.first && steps[start]?.afterPause ? pauseBonus : 0);
      for (let end = start; end <= Math.min(steps.length, start + longest); end++) {
        const total = cost + (lengthCosts[end - start] ?? 0);
        if (total < (now[end] ?? 0)) {
          now[end] = total;
          from[end] = start;
        }
        const step = steps[end];
        if (step)
          cost +=
            soundWeight * step.costs[sound.kind] + (step.afterPause && !(sound.first && end === start) ? splitCost : 0);
      }
    }
    cameFrom.push(from);
    before = now;
  }
  const bounds = [steps.length];
  for (const from of cameFrom.reverse()) bounds.unshift(from[bounds[0] ?? 0] ?? 0);
  return bounds;
}
