import type { Engine, EngineListener, EngineSession, EngineWord } from "@voxpipe/emulator";
import { script, toneOf } from "./speech.ts";

const blockSamples = 160;
const blockMs = 10;
const loud = 0.05;
/** Silence that ends a word, in ms, and sounds that are too short to be one. */
const gapMs = 30;
const shortestMs = 100;

interface Sound {
  readonly start: number;
  end: number;
  crossings: number;
}

/** Knows each word by its tone, wherever audio is taken up. */
export function wordEngine(): Engine {
  return { name: "words", open: (listener) => new WordSession(listener) };
}

class WordSession implements EngineSession {
  readonly #listener: EngineListener;
  #rest = new Float32Array(0);
  #heardMs = 0;
  #words: EngineWord[] = [];
  #sound: Sound | undefined;
  /** Whether the last sample of a sound was above zero. */
  #above = false;

  constructor(listener: EngineListener) {
    this.#listener = listener;
  }

  write(samples: Float32Array): void {
    const all = Float32Array.of(...this.#rest, ...samples);
    let at = 0;
    for (; at + blockSamples <= all.length; at += blockSamples) this.#block(all.subarray(at, at + blockSamples));
    this.#rest = all.slice(at);
    const open = this.#sound && wordOf(this.#sound);
    const words = open === undefined ? this.#words : [...this.#words, { ...open, final: false }];
    const [first] = words;
    const last = words.at(-1);
    const voice = first && last && { startMs: first.start, endMs: last.end };
    this.#listener.heard({ words, heardMs: this.#heardMs, ...(voice && { voice }) });
  }

  async endpoint(): Promise<readonly EngineWord[]> {
    this.#endSound();
    return this.#words.splice(0);
  }

  close(): void {}

  #block(samples: Float32Array): void {
    const start = this.#heardMs;
    this.#heardMs += blockMs;
    if (samples.some((sample) => sample > loud)) {
      this.#sound ??= { start, end: start, crossings: 0 };
      this.#sound.end = this.#heardMs;
      for (const sample of samples) {
        if (sample > 0 !== this.#above) this.#sound.crossings++;
        this.#above = sample > 0;
      }
    } else if (this.#sound && this.#heardMs - this.#sound.end >= gapMs) this.#endSound();
  }

  #endSound(): void {
    const word = this.#sound && wordOf(this.#sound);
    this.#sound = undefined;
    if (word) this.#words.push(word);
  }
}

function wordOf({ start, end, crossings }: Sound): EngineWord | undefined {
  if (end - start < shortestMs) return undefined;
  const tone = (crossings * 500) / (end - start);
  const distances = script.map((_, index) => Math.abs(toneOf(index) - tone));
  const text = script[distances.indexOf(Math.min(...distances))]?.text;
  return text === undefined ? undefined : { text, start, end, confidence: 0.95, final: true };
}
