import type { EngineWord, Hypothesis } from "../engines/engine.ts";
import { modelFamily } from "../session/models.ts";
import type { Parameters } from "../session/parameters.ts";

/** What a reading means for the turn: it continues, it paused, it has ended. */
export type TurnState = "open" | "paused" | "ended";

const leastSpeech = 80;
const longestTurn = 60_000;
/** A shorter pause ends no turn of U3, also if `min_turn_silence` says less. */
const leastPause = 400;

/** Decides whether a turn has ended, from the audio's own silence (protocol.md section 8). Pure. */
export function turnState(hypothesis: Hypothesis, parameters: Parameters): TurnState {
  const { words, heardMs } = hypothesis;
  const speech = speechSpan(hypothesis);
  if (speech === undefined || speech.end - speech.start < leastSpeech) return "open";
  const silence = heardMs - speech.end;
  if (silence >= parameters.max_turn_silence) return "ended";
  const last = words.at(-1);
  const settled = silence >= parameters.min_turn_silence && last !== undefined;
  if (modelFamily(parameters.speech_model) === "U3") {
    if (heardMs - speech.start >= longestTurn) return "ended";
    if (!settled) return "open";
    return endsSentence(last) && silence >= leastPause ? "ended" : "paused";
  }
  if (!settled || !last.final) return "open";
  return endOfTurnConfidence(words, silence) > parameters.end_of_turn_confidence_threshold ? "ended" : "open";
}

/** First and last ms of what was said in the open stretch: voice and words together. */
export function speechSpan({ voice, words }: Hypothesis): { start: number; end: number } | undefined {
  const first = words[0];
  if (first === undefined) return voice === undefined ? undefined : { start: voice.startMs, end: voice.endMs };
  return {
    start: Math.min(first.start, voice?.startMs ?? first.start),
    end: words.reduce((latest, { end }) => Math.max(latest, end), voice?.endMs ?? 0),
  };
}

/**
 * How sure the server is that the speaker has finished, 0–1: a sentence that ended is nearly sure, otherwise it
 * grows with the silence, and passes the default threshold of 0.4 within the default minimum silence of 400 ms.
 */
export function endOfTurnConfidence(words: readonly EngineWord[], silenceMs: number): number {
  const last = words.at(-1);
  if (last === undefined || silenceMs <= 0) return 0;
  const fromSilence = silenceMs / 800;
  return round(Math.min(0.95, endsSentence(last) ? Math.max(0.9, fromSilence) : fromSilence));
}

function endsSentence(word: EngineWord): boolean {
  return /[.?!]["')\]]?$/.test(word.text);
}

function round(confidence: number): number {
  return Math.round(confidence * 1e6) / 1e6;
}
