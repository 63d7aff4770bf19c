import { samplesIn } from "../audio/audio-format.ts";
import { alignWords } from "./align-words.ts";
import { withoutLoops } from "./without-loops.ts";

/** Audio to its text; the only expensive thing here. */
export type Decode = (samples: Float32Array) => string;

/** The audio of a segment. */
export interface SegmentAudio {
  readonly samples: Float32Array;
  /** Where in it the voice begins, in samples. */
  readonly voiceStart: number;
  /** How much of it is voiced, in samples. */
  readonly voiced: number;
}

/** A segment before this one, which helps the model to understand a short one. */
export interface Context {
  readonly samples: Float32Array;
  readonly words: readonly string[];
}

/** Voiced time up to which a segment is read together with the one before it. */
const shortSegment = samplesIn(1_500);
/** The model returns nothing for some lengths of audio; less of the silence before the voice then often helps. */
const shorterPreRolls = [samplesIn(200), 0];
/** Voice shorter than this may well be no speech: an empty reading of it stands. */
const surelySpeech = samplesIn(350);
/** The model wants some audio. */
const shortestSegment = samplesIn(100);
/** Faster than people speak: more words than this are made up. */
const maxWordsPerSecond = 8;
/** Share of the context's words that must come back for its end to be found safely. */
const recognisedAgain = 0.7;

/** Reads a segment, a short one with what came before. */
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

/** Reads context and segment as one; nothing when the context is not found again in what was read. */
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
  // Read as one sentence, but what came before is already known as a finished one.
  const begins = /[.?!]$/.test(context.words.at(-1) ?? "");
  return [begins ? first.charAt(0).toUpperCase() + first.slice(1) : first, ...rest];
}

function wordsOf(text: string): string[] {
  return text.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word));
}
