import { joined, wordEnds } from "../text/align.ts";
import { type Fields, fieldsOfAll, numberOf, type TranscriptEvent, textOf } from "./event.ts";
import { share } from "./share.ts";
import type { Turn, Word } from "./turn.ts";

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
  const words = readWords(event, at, previous?.words);
  const settled = words.filter((word) => word.isFinal);
  const transcript = textOf(event.transcript) ?? "";
  const isWhole = isFinal && transcript;
  const missing = isWhole ? [] : words.slice(countCovered(transcript, words, settled.length));
  const text = joined([transcript, ...missing.map((word) => word.text)]);
  if (!text) return undefined;
  return share<Turn>(previous, {
    order: at.order,
    text,
    stableText: isFinal ? text : text.slice(0, wordEnds(text, settled).at(-1) ?? 0),
    words,
    start: words[0]?.start ?? at.now,
    end: words.at(-1)?.end ?? at.now,
    isFinal,
    isFormatted: event.turn_is_formatted === true,
    speaker: textOf(event.speaker_label) ?? mainSpeaker(words) ?? previous?.speaker,
    channel: textOf(event.channel) ?? previous?.channel,
    language: textOf(event.language_code) ?? previous?.language,
    response: previous?.response,
  });
}

/** The words with text; a missing time is the previous word's. */
function readWords(event: TranscriptEvent, { offset, now }: Position, previous: readonly Word[] = []): readonly Word[] {
  let time = now - offset;
  const words: Word[] = [];
  for (const word of fieldsOfAll(event.words)) {
    const text = textOf(word.text);
    if (!text) continue;
    const start = numberOf(word.start, time);
    time = Math.max(start, numberOf(word.end, start));
    words.push(
      share<Word>(previous[words.length], {
        text,
        start: start + offset,
        end: time + offset,
        confidence: numberOf(word.confidence),
        isFinal: word.word_is_final === true || event.end_of_turn === true,
        speaker: textOf(word.speaker),
        channel: textOf(word.channel),
      }),
    );
  }
  return share<readonly Word[]>(previous, words);
}

/**
 * How many words a partial's transcript has. That of Universal-Streaming has the final ones only; that of later models repeats
 * the whole turn.
 */
function countCovered(transcript: string, words: readonly Word[], settled: number): number {
  const ends = wordEnds(transcript, words);
  if ((ends.at(-1) ?? 0) >= transcript.length) return ends.length;
  // The words differ from `transcript`: it has the final ones, or more.
  return transcript.split(" ").length > settled ? words.length : settled;
}

/** The speaker of most words. */
function mainSpeaker(words: readonly Word[]): string | undefined {
  const counts = new Map<string, number>();
  for (const { speaker } of words) if (speaker) counts.set(speaker, (counts.get(speaker) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0];
}

/** What a SpeakerRevision changes of its turn. */
export function reviseSpeakers(turn: Turn, revision: Fields): Partial<Turn> {
  const revised = fieldsOfAll(revision.words);
  const words = share(
    turn.words,
    turn.words.map((word, i) => share(word, { ...word, speaker: textOf(revised[i]?.speaker) ?? word.speaker })),
  );
  return { words, speaker: textOf(revision.speaker_label) ?? mainSpeaker(words) ?? turn.speaker };
}
