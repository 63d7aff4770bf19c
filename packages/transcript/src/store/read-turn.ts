import { joined, oneLine, wordEnds } from "../text/align.ts";
import { fieldsOf, listOf, numberOf, type TranscriptEvent, textOf } from "./event.ts";
import { share } from "./share.ts";
import type { Turn, Word } from "./turn.ts";
import { joinTexts } from "./turn-list.ts";

/** The starting point of a reading. */
interface Position {
  readonly order: number;
  /** Added to all times, in ms. */
  readonly offset: number;
  /** The time of words that have none, in ms. */
  readonly now: number;
}

/**
 * The turn of a Turn event, or undefined if nothing was said. Parts that are the same as in `previous`, an earlier reading of
 * this turn, are reused.
 */
export function readTurn(event: TranscriptEvent, at: Position, previous: Turn | undefined): Turn | undefined {
  const isFinal = event.end_of_turn === true;
  const words = readWords(event, at, previous);
  const { text, stableText } = readText(oneLine(textOf(event.transcript) ?? ""), words, isFinal);
  if (text === "") return undefined;
  const turn: Turn = {
    order: at.order,
    text,
    stableText,
    words,
    start: words[0]?.start ?? at.now,
    end: words.at(-1)?.end ?? at.now,
    isFinal,
    isFormatted: event.turn_is_formatted === true,
    speaker: textOf(event.speaker_label) ?? mainSpeaker(words) ?? previous?.speaker,
    channel: textOf(event.channel) ?? previous?.channel,
    language: textOf(event.language_code) ?? previous?.language,
    response: previous?.response,
  };
  return share(previous, turn);
}

/** The words with text; a missing time is the previous word's. */
function readWords(event: TranscriptEvent, { offset, now }: Position, previous: Turn | undefined): readonly Word[] {
  let time = now;
  const words: Word[] = [];
  for (const value of listOf(event.words)) {
    const word = fieldsOf(value);
    const text = oneLine(textOf(word.text) ?? "");
    if (text === "") continue;
    const from = numberOf(word.start);
    const to = numberOf(word.end);
    const start = from === undefined ? time : from + offset;
    time = to === undefined ? start : Math.max(start, to + offset);
    const read: Word = {
      text,
      start,
      end: time,
      confidence: numberOf(word.confidence),
      isFinal: word.word_is_final === true || event.end_of_turn === true,
      speaker: textOf(word.speaker),
      channel: textOf(word.channel),
    };
    words.push(share(previous?.words[words.length], read));
  }
  return share<readonly Word[]>(previous?.words, words);
}

/**
 * Partials of Universal-Streaming have final words in `transcript`, and the rest only in `words`; those of later models repeat
 * the whole turn in `transcript`. So words missing from `transcript` are added.
 */
function readText(transcript: string, words: readonly Word[], isFinal: boolean): Pick<Turn, "text" | "stableText"> {
  if (isFinal) {
    const text = transcript || joinTexts(words);
    return { text, stableText: text };
  }
  const ends = wordEnds(transcript, words);
  const firstOpen = words.findIndex((word) => !word.isFinal);
  const settled = firstOpen < 0 ? words : words.slice(0, firstOpen);
  let known = ends.length;
  // The words differ from `transcript`: it has the final ones, or more.
  if ((ends.at(-1) ?? 0) < transcript.length)
    known = transcript.split(" ").length > settled.length ? words.length : settled.length;
  const text = joined(transcript, joinTexts(words.slice(known)));
  return { text, stableText: text.slice(0, wordEnds(text, settled).at(-1) ?? 0) };
}

function mainSpeaker(words: readonly Word[]): string | undefined {
  const counts = new Map<string, number>();
  let main: string | undefined;
  for (const { speaker } of words) {
    if (speaker === undefined) continue;
    const count = (counts.get(speaker) ?? 0) + 1;
    counts.set(speaker, count);
    if (count > (counts.get(main ?? "") ?? 0)) main = speaker;
  }
  return main;
}

/** The turn with the speakers of a SpeakerRevision; its text and times do not change. */
export function reviseSpeakers(
  turn: Turn,
  revision: { readonly speaker_label?: unknown; readonly words?: unknown },
): Turn {
  const revised = listOf(revision.words).map(fieldsOf);
  const words = turn.words.map((word, i) => {
    const speaker = textOf(revised[i]?.speaker);
    return speaker === undefined || speaker === word.speaker ? word : Object.freeze({ ...word, speaker });
  });
  const shared = share(turn.words, words);
  const speaker = textOf(revision.speaker_label) ?? mainSpeaker(shared) ?? turn.speaker;
  return share(turn, { ...turn, words: shared, speaker });
}
