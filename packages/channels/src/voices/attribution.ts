import type { Word } from "voxpipe";
import { Crosstalk } from "./crosstalk.ts";
import { VoiceEnergy } from "./voice-energy.ts";
import { type WordSpan, wordSpans } from "./word-span.ts";

/** Who said a word. */
export interface Attribution {
  /** The channel's place; undefined if no channel had voice. */
  readonly channel: number | undefined;
  /** 0–1. */
  readonly confidence: number;
  /** Whether another channel had voice of its own at the same time. */
  readonly overlap: boolean;
}

/** How well a word fits a channel, and how much another one spoke in it. */
interface Fit {
  readonly score: number;
  readonly overlap: boolean;
}

interface Path {
  readonly score: number;
  readonly choices: readonly number[];
  /** Where the last word of each channel ends, in frames. */
  readonly ends: readonly number[];
}

/** Paths that are followed. */
const beam = 24;
/** A channel says one word at a time: frames by which times may be wrong. */
const tolerance = 4;
/** What it costs if a channel would have to say two words at once, and if the voice changes between two words. */
const twoAtOnce = 1;
const change = 0.04;
/** How much the edges of a word count beside its middle. */
const edge = 0.25;
/** The share of a word's voice from which on another channel overlaps it. */
const overlapShare = 0.25;
/** How fast confidence grows with the difference of scores. */
const sharpness = 5;

/** Finds out on which channel words were said, from the channels' audio before it was mixed. */
export class Attributor {
  readonly #energy: VoiceEnergy;
  readonly #crosstalk: Crosstalk;

  constructor(channels: number, sampleRate: number) {
    this.#energy = new VoiceEnergy(channels, sampleRate);
    this.#crosstalk = new Crosstalk(this.#energy);
  }

  /** Takes as many samples of each channel. */
  push(parts: readonly Float32Array[]): void {
    // One frame late, since a frame is judged with its neighbours.
    this.#energy.push(parts, (frame) => this.#crosstalk.learn(frame - 1));
  }

  /** The words of one turn, in the order in which the service has them. */
  attribute(words: readonly Word[]): Attribution[] {
    const spans = wordSpans(words);
    const fits = spans.map((span) => this.#fits(span));
    const choices = this.#choose(spans, fits);
    return fits.map((fit, index) => {
      const channel = choices[index] ?? 0;
      const chosen = fit[channel];
      if (chosen === undefined || fit.every(({ score }) => score <= 0))
        return { channel: undefined, confidence: 0, overlap: false };
      const weights = fit.map(({ score }) => Math.exp(sharpness * score));
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      return { channel, confidence: round((weights[channel] ?? 0) / total), overlap: chosen.overlap };
    });
  }

  #fits(span: WordSpan): Fit[] {
    const { channels } = this.#energy;
    const owns = Array.from({ length: channels }, () => 0);
    /** How much louder than the others a channel is while none has a voice of its own: a doubtful one. */
    const louder = Array.from({ length: channels }, () => 0);
    let voiced = 0;
    for (let frame = span.from; frame < span.to; frame++) {
      let any = false;
      for (let channel = 0; channel < channels; channel++)
        if (this.#crosstalk.own(channel, frame)) {
          owns[channel] = (owns[channel] ?? 0) + 1;
          any = true;
        }
      if (any) voiced++;
      else this.#addLouder(louder, frame);
    }
    const doubtful = louder.reduce((sum, value) => sum + value, 0);
    const others = owns.reduce((sum, value) => sum + value, 0);
    return owns.map((own, channel) => {
      const fallback = voiced === 0 && doubtful > 0 ? (0.5 * (louder[channel] ?? 0)) / doubtful : 0;
      const covered = voiced === 0 ? fallback : own / voiced;
      const edges = own === 0 ? 0 : edge * (this.#edges(channel, span) * covered);
      return { score: covered + edges, overlap: own > 0 && others - own >= overlapShare * own };
    });
  }

  #addLouder(louder: number[], frame: number): void {
    const { channels } = this.#energy;
    const best = { channel: -1, excess: Number.NEGATIVE_INFINITY };
    for (let channel = 0; channel < channels; channel++) {
      if (this.#energy.voice(channel, frame) === 0) continue;
      let least = Number.POSITIVE_INFINITY;
      for (let other = 0; other < channels; other++)
        if (other !== channel) least = Math.min(least, this.#crosstalk.excess(channel, other, frame));
      if (least > best.excess) {
        best.channel = channel;
        best.excess = least;
      }
    }
    if (best.channel >= 0) louder[best.channel] = (louder[best.channel] ?? 0) + 1;
  }

  /** Whether the channel's voice begins and ends with the word, −1 to 1: it is quieter at its edges than within. */
  #edges(channel: number, { from, to, exactFrom, exactTo }: WordSpan): number {
    const inner = this.#loudness(channel, from + 2, to - 2);
    const dips: number[] = [];
    if (exactFrom) dips.push(inner - this.#quietest(channel, from - 3, from + 3));
    if (exactTo) dips.push(inner - this.#quietest(channel, to - 3, to + 3));
    if (dips.length === 0) return 0;
    const mean = dips.reduce((sum, dip) => sum + Math.max(0, Math.min(20, dip)), 0) / dips.length;
    return mean / 10 - 1;
  }

  #loudness(channel: number, from: number, to: number): number {
    let sum = 0;
    let count = 0;
    for (let frame = from; frame < Math.max(to, from + 1); frame++, count++) sum += this.#decibels(channel, frame);
    return sum / count;
  }

  #quietest(channel: number, from: number, to: number): number {
    let least = Number.POSITIVE_INFINITY;
    for (let frame = from; frame < to; frame++) least = Math.min(least, this.#decibels(channel, frame));
    return least;
  }

  #decibels(channel: number, frame: number): number {
    return 10 * Math.log10(this.#energy.at(channel, frame) + this.#energy.floor(channel));
  }

  /** The best way to give all words to channels, none of which says two words at once. */
  #choose(spans: readonly WordSpan[], fits: readonly (readonly Fit[])[]): readonly number[] {
    const { channels } = this.#energy;
    let paths: Path[] = [{ score: 0, choices: [], ends: Array.from({ length: channels }, () => 0) }];
    for (const [index, span] of spans.entries()) {
      const next = paths.flatMap((path) =>
        Array.from({ length: channels }, (_, channel): Path => {
          const previous = path.choices.at(-1);
          const cost =
            ((path.ends[channel] ?? 0) - tolerance > span.from ? twoAtOnce : 0) +
            (previous !== undefined && previous !== channel ? change : 0);
          return {
            score: path.score + (fits[index]?.[channel]?.score ?? 0) - cost,
            choices: [...path.choices, channel],
            ends: path.ends.map((end, at) => (at === channel ? Math.max(end, span.to) : end)),
          };
        }),
      );
      paths = next.sort((a, b) => b.score - a.score).slice(0, beam);
    }
    return paths[0]?.choices ?? [];
  }
}

function round(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
