import type { ScriptedWord } from "@voxpipe/emulator";

/** A generated conversation: who said what when, and each channel's audio at 16 kHz. */
export interface Dialogue {
  readonly channels: readonly string[];
  readonly words: readonly (ScriptedWord & { readonly channel: string })[];
  readonly audio: readonly Float32Array[];
  readonly ms: number;
}

export interface DialogueOptions {
  readonly seed: number;
  readonly words: number;
  readonly channels?: readonly string[];
  /** Share of utterances that begin while another continues. */
  readonly overlap?: number;
  /** Level of each voice in the other channels, in dB; `-Infinity` for none. */
  readonly crosstalk?: number;
  /** Amplitude of each channel's voice, before crosstalk. */
  readonly loudness?: readonly number[];
  /** Gain of each channel, after crosstalk: as a microphone that is turned down. */
  readonly gain?: readonly number[];
  /** RMS of the noise in every channel. */
  readonly noise?: number;
  /** How much later than in its own channel a voice is heard in the others, in ms. */
  readonly delay?: number;
}

/** A generator of numbers in [0, 1) that gives the same ones for a seed. */
export function randomNumbers(seed: number): () => number {
  let state = (seed * 2_654_435_761 + 12_345) >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const vocabulary =
  "yes no well maybe order number today tomorrow morning please thank you account payment certainly".split(" ");

/** Utterances of one to eight words, with pauses of 25 to 90 ms between words and 450 to 1,200 ms between utterances. */
export function dialogue(options: DialogueOptions): Dialogue {
  const { seed, channels = ["agent", "caller"], overlap = 0 } = options;
  const random = randomNumbers(seed);
  const between = (least: number, most: number) => Math.round(least + random() * (most - least));
  const words: (ScriptedWord & { channel: string })[] = [];
  let speaker = 0;
  let start = 500;
  let end = 0;
  const ends = channels.map(() => 0);
  while (words.length < options.words) {
    const channel = channels[speaker] ?? "";
    let at = Math.max(start, ends[speaker] ?? 0);
    const begun = at;
    for (let left = between(1, 8); left > 0; left--) {
      const text = vocabulary[between(0, vocabulary.length - 1)] ?? "word";
      const length = between(140, 220) + 25 * text.length;
      words.push({ text: left === 1 ? `${text}.` : text, start: at, end: at + length, channel });
      at += length + between(25, 90);
    }
    ends[speaker] = at;
    const until = at;
    end = Math.max(end, at);
    const others = channels.map((_, index) => index).filter((index) => index !== speaker);
    if (random() < 0.85) speaker = others[between(0, others.length - 1)] ?? 0;
    const overlaps = random() < overlap && (ends[speaker] ?? 0) <= begun;
    start = overlaps ? between(begun + 100, Math.max(begun + 100, until - 150)) : end + between(450, 1_200);
  }
  words.sort((a, b) => a.start - b.start);
  const ms = end + 1_500;
  return { channels, words, ms, audio: audioOf(words, channels, ms, options, random) };
}

/** Voices as bursts of coloured noise with syllables; then crosstalk, gain and noise. */
function audioOf(
  words: Dialogue["words"],
  channels: readonly string[],
  ms: number,
  options: DialogueOptions,
  random: () => number,
): Float32Array[] {
  const { crosstalk = Number.NEGATIVE_INFINITY, loudness, gain, noise = 0.0005, delay = 0 } = options;
  const voices = channels.map((channel, index) => {
    const samples = new Float32Array(ms * 16);
    let low = 0;
    for (const word of words)
      if (word.channel === channel) {
        const [from, to] = [word.start * 16, word.end * 16];
        const syllable = 1_600 + random() * 1_600;
        for (let at = from; at < to; at++) {
          low += 0.4 * (random() * 2 - 1 - low);
          const ramp = Math.min(1, (at - from) / 200, (to - at) / 300);
          const syllables = 0.55 + 0.45 * Math.cos(((at - from) * 2 * Math.PI) / syllable);
          samples[at] = low * ramp * syllables * (loudness?.[index] ?? 0.3);
        }
      }
    return samples;
  });
  const leak = 10 ** (crosstalk / 20);
  return voices.map((voice, index) =>
    voice.map((sample, at) => {
      let sum = sample;
      if (leak > 0)
        for (const [other, samples] of voices.entries())
          if (other !== index) sum += leak * (samples[at - delay * 16] ?? 0);
      return sum * (gain?.[index] ?? 1) + noise * (random() * 2 - 1) * Math.sqrt(3);
    }),
  );
}

/** A word's times as the service reports them at the edges of a turn: early by up to a second, late by 70 to 1,344 ms. */
export function withLiveEdges(turns: readonly Dialogue["words"][], random: () => number): Dialogue["words"][] {
  let floor = 0;
  return turns.map((turn, index) => {
    const next = turns[index + 1]?.[0]?.start ?? Number.POSITIVE_INFINITY;
    const words = turn.map((word) => ({ ...word }));
    const first = words[0];
    const last = words.at(-1);
    if (first) first.start = Math.min(first.start, Math.max(floor, first.start - 980 - 20 * random()));
    const heard = turn.reduce((latest, { end }) => Math.max(latest, end), 0);
    const late = Math.min(1_344, 70 + 340 * random() + (random() < 0.1 ? 900 * random() : 0));
    if (last) last.end = Math.min(next - 1, Math.max(last.end, heard) + late);
    floor = last?.end ?? floor;
    return words;
  });
}

/** Turns as the service cuts them: at 400 ms without a word. */
export function turnsOf(words: Dialogue["words"]): Dialogue["words"][] {
  const turns: Dialogue["words"][number][][] = [];
  let end = Number.NEGATIVE_INFINITY;
  for (const word of words) {
    const turn = turns.at(-1);
    if (turn === undefined || word.start - end >= 400) turns.push([word]);
    else turn.push(word);
    end = Math.max(end, word.end);
  }
  return turns;
}
