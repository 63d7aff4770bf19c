import type { Engine, EngineListener, EngineSession, EngineWord } from "@voxpipe/emulator";

/**
 * Audio that says where it belongs: every 10 ms block (160 samples at 16 kHz) carries its own number, and whether it is
 * speech. The engine below turns speech blocks into words, so loss, repetition and reordering are exact counts.
 */
export const blockMs = 10;
export const blockBytes = 320;
const blockSamples = 160;
const mark = [32_000, -32_000, 32_000];
const bit = 8000;
const numberBits = 24;
const lastBit = mark.length + numberBits + 1;

/** Blocks `first … first + speech.length - 1` as s16le. */
export function watermarked(speech: readonly boolean[], first = 0): Uint8Array {
  const samples = new Int16Array(speech.length * blockSamples);
  speech.forEach((spoken, index) => {
    const number = first + index;
    const block = samples.subarray(index * blockSamples, (index + 1) * blockSamples);
    block.fill(1000);
    block.set(mark);
    for (let i = 0; i < numberBits; i++) block[mark.length + i] = (number >> i) & 1 ? bit : -bit;
    block[lastBit - 1] = spoken ? bit : -bit;
    block[lastBit] = parity(number, spoken) ? bit : -bit;
  });
  return new Uint8Array(samples.buffer);
}

export interface HeardBlock {
  readonly number: number;
  readonly speech: boolean;
  /** Ms of this connection's audio at which it starts. */
  readonly startMs: number;
}

/** An engine whose words are the speech blocks: `b0`, `b1`, …. `heard` has one list of blocks for each connection. */
export function watermarkEngine(): Engine & { readonly heard: HeardBlock[][] } {
  const heard: HeardBlock[][] = [];
  return {
    name: "watermark",
    heard,
    open(listener) {
      const blocks: HeardBlock[] = [];
      heard.push(blocks);
      return new WatermarkSession(listener, blocks);
    },
  };
}

class WatermarkSession implements EngineSession {
  readonly #listener: EngineListener;
  readonly #blocks: HeardBlock[];
  readonly #decoder = new BlockDecoder();
  #open = 0;
  #closed = false;

  constructor(listener: EngineListener, blocks: HeardBlock[]) {
    this.#listener = listener;
    this.#blocks = blocks;
  }

  write(samples: Float32Array): void {
    if (this.#closed) return;
    this.#blocks.push(...this.#decoder.decode(samples));
    const spoken = this.#blocks.slice(this.#open).filter((block) => block.speech);
    const [first] = spoken;
    const last = spoken.at(-1);
    const voice = first && last && { startMs: first.startMs, endMs: last.startMs + blockMs };
    this.#listener.heard({ words: this.#words(), heardMs: this.#decoder.heardMs, ...(voice && { voice }) });
  }

  async endpoint(): Promise<readonly EngineWord[]> {
    const words = this.#words().map((word) => ({ ...word, final: true }));
    this.#open = this.#blocks.length;
    return words;
  }

  close(): void {
    this.#closed = true;
  }

  #words(): EngineWord[] {
    const open = this.#blocks.slice(this.#open);
    return open.flatMap(({ number, speech, startMs }, i) =>
      speech
        ? [{ text: `b${number}`, start: startMs, end: startMs + blockMs, confidence: 1, final: i < open.length - 1 }]
        : [],
    );
  }
}

/** Finds blocks wherever they start; what is no block (padding) is passed over. */
class BlockDecoder {
  #samples: number[] = [];
  #passed = 0;

  get heardMs(): number {
    return (this.#passed + this.#samples.length) / 16;
  }

  decode(samples: Float32Array): HeardBlock[] {
    for (const sample of samples) this.#samples.push(Math.round(sample * 32_768));
    const blocks: HeardBlock[] = [];
    let at = 0;
    while (at + blockSamples <= this.#samples.length) {
      const block = this.#read(at);
      if (block) blocks.push({ ...block, startMs: (this.#passed + at) / 16 });
      at += block ? blockSamples : 1;
    }
    this.#samples.splice(0, at);
    this.#passed += at;
    return blocks;
  }

  #read(at: number): { number: number; speech: boolean } | undefined {
    if (mark.some((value, i) => this.#samples[at + i] !== value)) return undefined;
    const bits = this.#samples.slice(at + mark.length, at + lastBit + 1);
    if (bits.some((value) => Math.abs(value) !== bit)) return undefined;
    const number = bits.slice(0, numberBits).reduce((sum, value, i) => sum + (value > 0 ? 2 ** i : 0), 0);
    const speech = (bits[numberBits] ?? 0) > 0;
    return parity(number, speech) === (bits[numberBits + 1] ?? 0) > 0 ? { number, speech } : undefined;
  }
}

function parity(number: number, speech: boolean): boolean {
  let sum = speech ? 1 : 0;
  for (let rest = number; rest > 0; rest >>= 1) sum += rest & 1;
  return sum % 2 === 1;
}
