/**
 * Creates the sample: `sample.wav` (16 kHz mono s16le), `reference.txt` (one turn per line) and `words.json` (when each word
 * was said, in ms, according to flite). Needs flite.
 */
import { writeFileSync } from "node:fs";
import { speak } from "../scripts/flite.mjs";

const sampleRate = 16_000;
const pauseMs = 2_000;
const turns = [
  "The morning train was late again, so we walked along the river to the old market.",
  "A farmer was selling apples, fresh bread, and honey from the mountains.",
  "How much is the honey, and will it keep through the winter?",
  "She smiled and said that good honey lasts longer than any winter.",
];

const silence = new Int16Array((pauseMs * sampleRate) / 1000);
const pieces = [silence.subarray(0, silence.length / 2)];
const words = [];
for (const turn of turns) {
  const from = (pieces.reduce((sum, piece) => sum + piece.length, 0) * 1000) / sampleRate;
  const spoken = speak(turn);
  words.push(...spoken.words.map(({ text, start, end }) => ({ text, start: start + from, end: end + from })));
  pieces.push(spoken.samples, silence);
}

const here = (name) => new URL(name, import.meta.url);
writeFileSync(here("sample.wav"), wav(pieces));
writeFileSync(here("reference.txt"), `${turns.join("\n")}\n`);
writeFileSync(here("words.json"), `${JSON.stringify(words, null, 1)}\n`);

function wav(parts) {
  const data = Buffer.concat(parts.map((part) => Buffer.from(part.buffer, part.byteOffset, part.byteLength)));
  const header = Buffer.alloc(44);
  header.write("RIFF", 0);
  header.writeUInt32LE(36 + data.length, 4);
  header.write("WAVEfmt ", 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(sampleRate, 24);
  header.writeUInt32LE(sampleRate * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write("data", 36);
  header.writeUInt32LE(data.length, 40);
  return Buffer.concat([header, data]);
}
