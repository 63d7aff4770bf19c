import { readFileSync } from "node:fs";
import type { Engine, EngineSession, EngineWord, Hypothesis } from "../src/index.ts";

const sample = (name: string) => readFileSync(new URL(`../sample/${name}`, import.meta.url));

/** The sample's turns, one per line. */
export const reference = sample("reference.txt").toString().trim();

/** When each word of the sample was said, in ms. */
export const sampleWords: readonly { text: string; start: number; end: number }[] = JSON.parse(
  sample("words.json").toString(),
);

/** The sample's samples, 16 kHz; its header has 44 bytes. */
export function sampleSpeech(): Float32Array {
  const bytes = sample("sample.wav").subarray(44);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float32Array.from({ length: bytes.length / 2 }, (_, i) => view.getInt16(2 * i, true) / 32_768);
}

/** A part of the sample, in ms. */
export const excerpt = (fromMs: number, toMs: number): Float32Array => sampleSpeech().slice(fromMs * 16, toMs * 16);

/** A session with everything it reported. */
export interface Recording {
  readonly session: EngineSession;
  readonly hypotheses: Hypothesis[];
  readonly failures: Error[];
  /** Resolves with the first hypothesis, past or future, that matches. */
  until(fits: (hypothesis: Hypothesis) => boolean): Promise<Hypothesis>;
}

export async function record(engine: Engine): Promise<Recording> {
  const hypotheses: Hypothesis[] = [];
  const failures: Error[] = [];
  const waiting = new Set<(hypothesis: Hypothesis) => void>();
  const session = await engine.open({
    heard(hypothesis) {
      hypotheses.push(hypothesis);
      for (const look of [...waiting]) look(hypothesis);
    },
    failed: (error) => failures.push(error),
  });
  const until = (fits: (hypothesis: Hypothesis) => boolean) =>
    new Promise<Hypothesis>((resolve) => {
      const found = hypotheses.find(fits);
      if (found) return resolve(found);
      const look = (hypothesis: Hypothesis) => {
        if (!fits(hypothesis)) return;
        waiting.delete(look);
        resolve(hypothesis);
      };
      waiting.add(look);
    });
  return { session, hypotheses, failures, until };
}

/** Writes chunks of 50 ms, `speed` times as fast as real time, as a microphone does. */
export async function stream(session: EngineSession, samples: Float32Array, speed: number): Promise<void> {
  for (let i = 0; i < samples.length; i += 800) {
    session.write(samples.subarray(i, i + 800));
    await new Promise((resolve) => setTimeout(resolve, 50 / speed));
  }
}

export const textOf = (words: readonly EngineWord[]): string => words.map((word) => word.text).join(" ");

/** Deterministic noise in [-amplitude, amplitude]. */
export function noise(ms: number, amplitude: number): Float32Array {
  let state = 1;
  return Float32Array.from({ length: ms * 16 }, () => {
    state = (state * 48_271) % 2_147_483_647;
    return (state / 2_147_483_647 - 0.5) * 2 * amplitude;
  });
}
