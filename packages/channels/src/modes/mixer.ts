import { decodeMono, encodePcm16 } from "@voxpipe/audio";
import type { StreamingSession } from "voxpipe";
import type { LaneOutput } from "../alignment/lane.ts";

/** A channel's samples that wait for those of the others, or silence. */
type Part = { readonly samples: Float32Array } | { silence: number };

interface Input {
  readonly parts: Part[];
  /** Samples in `parts`. */
  waiting: number;
  open: boolean;
}

/**
 * Sums channels sample by sample into one session. Each has its share of the range, so that the sum never clips. Samples wait
 * until every channel has its own; how many, the alignment bounds.
 */
export class Mixer {
  readonly #inputs: Input[];
  readonly #writer: ReturnType<StreamingSession["audio"]["getWriter"]>;
  readonly #mulaw: boolean;
  readonly #heard: (parts: readonly Float32Array[]) => void;
  #mixing: Promise<void> | undefined;
  #closed = false;

  /** @param heard gets the channels of what is mixed, before it is sent */
  constructor(
    session: StreamingSession,
    channels: number,
    mulaw: boolean,
    heard: (parts: readonly Float32Array[]) => void,
  ) {
    this.#writer = session.audio.getWriter();
    this.#mulaw = mulaw;
    this.#heard = heard;
    this.#inputs = Array.from({ length: channels }, () => ({ parts: [], waiting: 0, open: true }));
  }

  whenGone(gone: (error: unknown) => void): void {
    this.#writer.closed.catch(gone);
  }

  fill(channel: number, frames: number): void {
    this.#add(channel, { silence: frames }, frames);
    this.#mix().catch(() => {});
  }

  output(channel: number): LaneOutput {
    return {
      write: (frames) => {
        const samples = decodeMono(frames, this.#mulaw ? "mulaw" : "s16le");
        this.#add(channel, { samples }, samples.length);
        return this.#mix();
      },
      close: () => this.#end(channel),
      abort: () => this.#end(channel),
    };
  }

  #add(channel: number, part: Part, length: number): void {
    const input = this.#inputs[channel];
    if (input === undefined || length === 0) return;
    const last = input.parts.at(-1);
    if ("silence" in part && last !== undefined && "silence" in last) last.silence += length;
    else input.parts.push(part);
    input.waiting += length;
  }

  async #end(channel: number): Promise<void> {
    const input = this.#inputs[channel];
    if (input) input.open = false;
    await this.#mix();
  }

  /** Mixes what can be mixed. Resolves once the session has taken it. */
  async #mix(): Promise<void> {
    while (this.#mixing) await this.#mixing;
    this.#mixing = this.#mixAll().finally(() => {
      this.#mixing = undefined;
    });
    await this.#mixing;
  }

  async #mixAll(): Promise<void> {
    for (let count = this.#ready; count > 0; count = this.#ready) {
      const parts = this.#inputs.map((input) => take(input, count));
      this.#heard(parts);
      await this.#writer.write(encodePcm16(sum(parts, count)));
    }
    if (this.#closed || this.#inputs.some(({ open, waiting }) => open || waiting > 0)) return;
    this.#closed = true;
    await this.#writer.close();
  }

  /** Samples that every channel has; one that has ended is silent. */
  get #ready(): number {
    const open = this.#inputs.filter((input) => input.open);
    const counts = (open.length > 0 ? open : this.#inputs).map(({ waiting }) => waiting);
    const count = open.length > 0 ? Math.min(...counts) : Math.max(...counts);
    return Math.min(count, mostSamples);
  }

  /** What waits, once the call is closed: the channels that lack audio are silent. */
  flush(): Promise<void> {
    for (const input of this.#inputs) input.open = false;
    return this.#mix();
  }
}

/** Samples that are mixed at a time. */
const mostSamples = 16_384;

function take(input: Input, count: number): Float32Array {
  const taken = new Float32Array(count);
  let at = 0;
  for (let first = input.parts[0]; first !== undefined && at < count; first = input.parts[0]) {
    const length = "silence" in first ? first.silence : first.samples.length;
    const used = Math.min(length, count - at);
    if ("samples" in first) taken.set(first.samples.subarray(0, used), at);
    if (used === length) input.parts.shift();
    else if ("silence" in first) first.silence -= used;
    else input.parts[0] = { samples: first.samples.subarray(used) };
    at += used;
  }
  input.waiting -= at;
  return taken;
}

function sum(parts: readonly Float32Array[], count: number): Float32Array {
  const mixed = new Float32Array(count);
  const gain = 1 / parts.length;
  for (const samples of parts)
    for (let index = 0; index < count; index++) mixed[index] = (mixed[index] ?? 0) + (samples[index] ?? 0) * gain;
  return mixed;
}
