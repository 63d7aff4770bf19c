import { samplesIn } from "../audio/audio-format.ts";
import { alignWords } from "./align-words.ts";
import { withoutLoops } from "./without-loops.ts";

/** Decodes audio to text; the only expensive step. */
export type Decode = (samples: Float32Array) => string;

/** The audio of a segment. */
export interface SegmentAudio {
  readonly samples: Float32Array;
  /** Where the voice begins in it, in samples. */
  readonly voiceStart: number;
  /** How much of it is voiced, in samples. */
  readonly voiced: number;
}

/** A segment before this one, which helps the model to understand a short one. */
export interface Context {
  readonly samples: Float32Array;
  readonly words: readonly string[];
}

/** A segment with less voice than this is read together with the one before it. */
const shortSegment = samplesIn(1_500);
/** The model returns nothing for some lengths of audio; with less silence before the voice it often works. */
const shorterPreRolls = [samplesIn(200), 0];
/** Voice shorter than this may not be speech: its empty reading is accepted. */
const surelySpeech = samplesIn(350);
/** The model needs this much audio. */
const shortestSegment = samplesIn(100);
/** More words than this in a second are hallucinated. */
const maxWordsPerSecond = 8;
/** Share of the context's words that must be found again for its end to be certain. */
const recognisedAgain = 0.7;

/** Reads a segment, a short one together with what came before. */
export function readSegment(decode: Decode, audio: SegmentAudio, context?: Context): string[] {
  const inContext = context && audio.voiced < shortSegment ? readInContext(decode, audio, context) : [];
  const words = inContext.length > 0 ? inContext : readAlone(decode, audio);
  const most = Math.ceil((audio.voiced / samplesIn(1000) + 0.3) * maxWordsPerSecond);
  return withoutLoops(words).slice(0, most);
}

function readAlone(decode: Decode, { samples, voiceStart, voiced }: SegmentAudio): string[] {
  if (samples.length < shortestSegment) return [];
  const words = wordsOf(decode(samples));
  if (words.length > 0 || voiced < surelySpeech) return words;
  for (const preRoll of shorterPreRolls) {
    const shorter = samples.subarray(Math.max(0, voiceStart - preRoll));
    const found = shorter.length < shortestSegment ? [] : wordsOf(decode(shorter));
    if (found.length > 0) return found;
  }
  return [];
}

/** Reads context and segment as one; returns nothing if the context is not found in the result. */
function readInContext(decode: Decode, audio: SegmentAudio, context: Context): string[] {
  const both = new Float32Array(context.samples.length + audio.samples.length);
  both.set(context.samples);
  both.set(audio.samples, context.samples.length);
  const words = wordsOf(decode(both));
  const pairs = alignWords(context.words, words, true);
  const found = pairs.filter((pair) => pair.same).length;
  if (!pairs.at(-1)?.same || found < recognisedAgain * context.words.length) return [];
  const [first, ...rest] = words.slice(pairs.filter((pair) => pair.b !== undefined).length);
  if (first === undefined) return [];
  // Read as one sentence, although the context is already known as a finished one.
  const begins = /[.?!]$/.test(context.words.at(-1) ?? "");
  return [begins ? first.charAt(0).toUpperCase() + first.slice(1) : first, ...rest];
}

function wordsOf(text: string): string[] {
  return text.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word));
}
