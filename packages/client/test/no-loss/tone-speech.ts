import { type Random, seededRandom } from "@voxpipe/testing/random";

/** Words are steady chords of two tones, which every codec keeps apart. The pair is the word's number. */
export const lowTones = Array.from({ length: 12 }, (_, i) => 400 + 80 * i);
export const highTones = Array.from({ length: 12 }, (_, i) => 1_500 + 150 * i);
const differentWords = lowTones.length * highTones.length;
export const sampleRate = 16_000;
const rampSamples = 64;

/** What the encoded files in `fixtures` say. `test/programs/encode-tones.ts` writes them. */
export const recorded = { seed: 7, durationMs: 64_000 } as const;

export interface ToneWord {
  /** `w17`, or `w17.` at the end of a sentence. */
  readonly text: string;
  readonly number: number;
  /** In ms of the speech. */
  readonly start: number;
  readonly end: number;
}

export interface ToneSpeech {
  readonly words: readonly ToneWord[];
  readonly durationMs: number;
}

/** How long it is until the next word, in ms. */
export type Gaps = (random: Random) => number;

function anyGaps(random: Random): number {
  return random.pick([
    () => random.between(40, 250),
    () => random.between(40, 250),
    () => random.between(420, 700),
    () => random.between(260, 2_500),
  ])();
}

/** People who talk: two words or more in a second. */
export function shortGaps(random: Random): number {
  return random.next() < 0.9 ? random.between(40, 200) : random.between(420, 900);
}

/**
 * Speech of a seed: short and long words, gaps that end no turn, pauses that do, and those that may. No word lies within
 * 150 ms of a multiple of 4 s, so that speech can be cut there.
 */
export function toneSpeech(seed: number, durationMs: number, gaps: Gaps = anyGaps): ToneSpeech {
  const random = seededRandom(seed);
  const words: ToneWord[] = [];
  const shuffled = shuffledNumbers(random);
  for (let at = random.between(200, 900); ; ) {
    const length = wordLength(random);
    if (distanceToCut(at, at + length) < 150) at = 4_000 * Math.round((at + length / 2) / 4_000) + 150;
    if (at + length + 150 > durationMs) break;
    const number = shuffled[words.length % differentWords] ?? 0;
    const gap = gaps(random);
    const sentence = gap > 250 && random.next() < 0.7;
    words.push({ text: `w${number}${sentence ? "." : ""}`, number, start: at, end: at + length });
    at += length + gap;
  }
  return { words, durationMs };
}

function wordLength(random: Random): number {
  return random.pick([
    () => random.between(80, 140),
    () => random.between(150, 350),
    () => random.between(150, 350),
    () => random.between(350, 600),
  ])();
}

/** How near a stretch comes to a multiple of 4 s; negative if it lies across one. */
function distanceToCut(from: number, to: number): number {
  const cut = 4_000 * Math.round((from + to) / 8_000);
  return Math.max(from - cut, cut - to);
}

function shuffledNumbers(random: Random): number[] {
  const numbers = Array.from({ length: differentWords }, (_, number) => number);
  return numbers.toSorted(() => random.next() - 0.5);
}

/** The words from `fromMs` to `toMs`, with times that begin there. */
export function cutSpeech({ words }: ToneSpeech, fromMs: number, toMs: number): ToneSpeech {
  const inside = words.filter(({ start, end }) => start >= fromMs && end <= toMs);
  const moved = inside.map((word) => ({ ...word, start: word.start - fromMs, end: word.end - fromMs }));
  return { words: moved, durationMs: toMs - fromMs };
}

/** Samples at 16 kHz, over the noise of a quiet room. */
export function toneSamples({ words, durationMs }: ToneSpeech, seed: number): Int16Array {
  const random = seededRandom(seed);
  const samples = Float32Array.from({ length: durationMs * 16 }, () => 60 * (random.next() - 0.5));
  for (const { number, start, end } of words) {
    const [low, high] = tonesOf(number);
    const length = (end - start) * 16;
    for (let i = 0; i < length; i++) {
      const ramp = Math.min(1, i / rampSamples, (length - i) / rampSamples);
      const at = (2 * Math.PI * i) / sampleRate;
      const sample = 6_000 * ramp * (Math.sin(low * at) + Math.sin(high * at));
      samples[start * 16 + i] = (samples[start * 16 + i] ?? 0) + sample;
    }
  }
  return Int16Array.from(samples, Math.round);
}

function tonesOf(number: number): readonly [low: number, high: number] {
  return [lowTones[number % lowTones.length] ?? 0, highTones[Math.floor(number / lowTones.length)] ?? 0];
}
