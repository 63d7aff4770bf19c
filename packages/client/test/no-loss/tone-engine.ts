import type { Engine, EngineListener, EngineSession, EngineWord } from "@voxpipe/emulator";
import { highTones, lowTones, sampleRate, type ToneWord } from "./tone-speech.ts";

const windowSamples = 80;
const windowMs = 5;
/** Far above a quiet room, far below a word. */
const loud = 0.03;
/** Shorter sounds are what a codec makes of a cut. */
const shortestMs = 30;
const shortestGapMs = 25;
/** A word of which less was heard is not understood. */
const enough = 0.75;

/** A sound that continues, and what its samples have of every tone (Goertzel's algorithm, whose state is two numbers). */
class Sound {
  readonly start: number;
  /** Of the last loud window. */
  end: number;
  readonly #tones = [...lowTones, ...highTones].map((tone) => ({
    turn: 2 * Math.cos((2 * Math.PI * tone) / sampleRate),
    last: 0,
    before: 0,
  }));

  constructor(start: number) {
    this.start = start;
    this.end = start;
  }

  add(samples: Float32Array): void {
    for (const tone of this.#tones) {
      let { turn, last, before } = tone;
      for (const sample of samples) [before, last] = [last, sample + turn * last - before];
      tone.last = last;
      tone.before = before;
    }
  }

  word(known: ReadonlyMap<number, ToneWord>): EngineWord | undefined {
    const { start, end } = this;
    if (end - start < shortestMs) return undefined;
    const powers = this.#tones.map(({ turn, last, before }) => last * last + before * before - turn * last * before);
    const low = loudest(powers.slice(0, lowTones.length));
    const number = low + lowTones.length * loudest(powers.slice(lowTones.length));
    const word = known.get(number);
    const understood = word !== undefined && end - start >= enough * (word.end - word.start);
    return { text: understood ? word.text : `?${number}`, start, end, confidence: 1, final: true };
  }
}

/**
 * Hears words of tones. A word that was heard in part is understood as something else, `?17`, as a recogniser would; so
 * audio that is lost, repeated or taken up in mid-word changes the words that are counted.
 *
 * @param lateness how late the end of a turn's last word is, in ms, also if it then lies in the next word
 */
export function toneEngine(words: readonly ToneWord[], lateness?: () => number): Engine {
  const known = new Map(words.map((word) => [word.number, word]));
  const late: Late = (word) => {
    const place = words.findIndex(({ text }) => text === word.text);
    const [said, next] = [words[place], words[place + 1]];
    if (lateness === undefined || said === undefined || next === undefined) return 0;
    return Math.max(0, Math.min(lateness(), next.end - 20 - said.end));
  };
  return { name: "tones", open: (listener) => new ToneSession(listener, known, late) };
}

type Late = (word: EngineWord) => number;

class ToneSession implements EngineSession {
  readonly #listener: EngineListener;
  readonly #known: ReadonlyMap<number, ToneWord>;
  readonly #late: Late;
  #rest = new Float32Array(0);
  #heardMs = 0;
  #words: EngineWord[] = [];
  #sound: Sound | undefined;
  #closed = false;

  constructor(listener: EngineListener, known: ReadonlyMap<number, ToneWord>, late: Late) {
    this.#listener = listener;
    this.#known = known;
    this.#late = late;
  }

  write(samples: Float32Array): void {
    if (this.#closed) return;
    const all = new Float32Array(this.#rest.length + samples.length);
    all.set(this.#rest);
    all.set(samples, this.#rest.length);
    let at = 0;
    for (; at + windowSamples <= all.length; at += windowSamples) this.#window(all.subarray(at, at + windowSamples));
    this.#rest = all.slice(at);
    const open = this.#open();
    const words = open === undefined ? this.#words : [...this.#words, { ...open, final: false }];
    const [first] = words;
    const last = words.at(-1);
    const voice = first && last && { startMs: first.start, endMs: last.end };
    this.#listener.heard({ words, heardMs: this.#heardMs, ...(voice && { voice }) });
  }

  async endpoint(): Promise<readonly EngineWord[]> {
    this.#endSound();
    const words = this.#words.splice(0);
    const last = words.pop();
    return last === undefined ? words : [...words, { ...last, end: last.end + this.#late(last) }];
  }

  close(): void {
    this.#closed = true;
  }

  #window(samples: Float32Array): void {
    const start = this.#heardMs;
    this.#heardMs += windowMs;
    if (rms(samples) >= loud) {
      this.#sound ??= new Sound(start);
      this.#sound.end = this.#heardMs;
    }
    if (this.#sound === undefined) return;
    this.#sound.add(samples);
    if (this.#heardMs - this.#sound.end >= shortestGapMs) this.#endSound();
  }

  #open(): EngineWord | undefined {
    return this.#sound?.word(this.#known);
  }

  #endSound(): void {
    const word = this.#open();
    this.#sound = undefined;
    if (word) this.#words.push(word);
  }
}

function rms(samples: Float32Array): number {
  return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
}

function loudest(powers: readonly number[]): number {
  return powers.indexOf(Math.max(...powers));
}
