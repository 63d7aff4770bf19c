import type { ScriptedWord } from "@voxpipe/emulator";

/** Three sentences with the pauses between that end turns. The audio ends with the last word, so its final comes at Terminate. */
const sentences = ["one two three.", "four five six seven.", "eight nine ten."];
const wordMs = 300;
const gapMs = 100;
const pauseMs = 900;

export const script: readonly ScriptedWord[] = timed();
export const said = script.map(({ text }) => plain(text));
export const frameMs = 50;
const durationMs = (script.at(-1)?.end ?? 0) + frameMs;

function timed(): ScriptedWord[] {
  const words: ScriptedWord[] = [];
  let at = 400;
  for (const sentence of sentences) {
    for (const text of sentence.split(" ")) {
      words.push({ text, start: at, end: at + wordMs });
      at += wordMs + gapMs;
    }
    at += pauseMs - gapMs;
  }
  return words;
}

/** The tone of a word, in Hz. */
export function toneOf(index: number): number {
  return 400 + 200 * index;
}

/** s16le at 16 kHz, in messages of 50 ms: a tone of its own for each word. */
export function frames(): Uint8Array<ArrayBuffer>[] {
  return Array.from({ length: durationMs / frameMs }, (_, frame) => {
    const samples = Int16Array.from({ length: frameMs * 16 }, (_, i) => {
      const ms = frame * frameMs + i / 16;
      const word = script.findIndex(({ start, end }) => ms >= start && ms < end);
      return word < 0 ? 0 : 8_000 * Math.sin((2 * Math.PI * toneOf(word) * ms) / 1_000);
    });
    return new Uint8Array(samples.buffer);
  });
}

/** A word as it is counted. */
export function plain(word: string): string {
  return word.toLowerCase().replace(/[^a-z]/g, "");
}
