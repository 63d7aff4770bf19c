import { frameBytes, frameMs } from "./audio.ts";

const blockMs = 10;
const blockSamples = frameBytes / 2 / (frameMs / blockMs);
const blocksPerFrame = frameMs / blockMs;

/** A frame of which every 10 ms block consists of its own number (from 1; 16 bits last for 655 s). */
export function markedFrame(index: number): Uint8Array {
  const samples = new Uint16Array(frameBytes / 2);
  for (let i = 0; i < samples.length; i++) samples[i] = index * blocksPerFrame + Math.floor(i / blockSamples) + 1;
  return new Uint8Array(samples.buffer);
}

/** Collects the audio of all connections of one source, in messages of any size, and counts what is missing. */
export class WatermarkReader {
  readonly #whole = new Set<number>();

  /** A new connection: what was cut off on the last one does not continue here. */
  connection(): (message: Uint8Array) => void {
    let block = 0;
    let run = 0;
    return (message) => {
      const samples = new DataView(message.buffer, message.byteOffset, message.byteLength);
      for (let at = 0; at + 1 < samples.byteLength; at += 2) {
        const sample = samples.getUint16(at, true);
        run = sample === block ? run + 1 : 1;
        block = sample;
        if (run === blockSamples) this.#whole.add(block);
      }
    };
  }

  /** Of the first `frames` frames, those of which a block never came whole. */
  lost(frames: number): number {
    let lost = 0;
    for (let frame = 0; frame < frames; frame++) {
      const blocks = Array.from({ length: blocksPerFrame }, (_, i) => frame * blocksPerFrame + i + 1);
      if (!blocks.every((block) => this.#whole.has(block))) lost++;
    }
    return lost;
  }
}
