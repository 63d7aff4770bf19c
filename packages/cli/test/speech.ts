import { type ScriptedWord, scripted } from "@voxpipe/emulator";
import { wavFile } from "../src/input/wav.fixture.ts";

const sampleRate = 16_000;

/** Two turns, "good morning" and "good night", with silence after each. */
const script: readonly ScriptedWord[] = [
  { text: "good", start: 200, end: 500 },
  { text: "morning", start: 500, end: 1000 },
  { text: "good", start: 3000, end: 3300 },
  { text: "night", start: 3300, end: 3800 },
];

/** An engine that recognises the script. */
export const engine = () => scripted(script);

/** Five seconds with a tone for each word of the script. */
function scriptedSpeech(): Int16Array {
  return Int16Array.from({ length: 5 * sampleRate }, (_, i) => {
    const ms = (i / sampleRate) * 1000;
    const voiced = script.some(({ start, end }) => ms >= start && ms < end);
    return voiced ? 8000 * Math.sin((2 * Math.PI * 220 * i) / sampleRate) : 0;
  });
}

export const speechWav = () => wavFile({ samples: scriptedSpeech() });
