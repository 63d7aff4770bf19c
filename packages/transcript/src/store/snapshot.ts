import { joined } from "../text/align.ts";
import { share } from "./share.ts";
import type { Gap, Turn } from "./turn.ts";
import { joinTexts, speakersOf, speakersOfList, type TurnList, textOfList, toArray } from "./turn-list.ts";

/** A transcript at one moment. Never changed; what is the same in a later one is the same object. */
export interface TranscriptSnapshot {
  /** Final turns, in order. */
  readonly turns: readonly Turn[];
  /** The turn that is being spoken; of several, on channels that speak at once, the one that was heard last. */
  readonly partial: Turn | undefined;
  /** All turns that are being spoken, in order. At most one unless there are channels. */
  readonly partials: readonly Turn[];
  /** All turns as one text, the open ones last. */
  readonly text: string;
  /** Labels, in order of first appearance. */
  readonly speakers: readonly string[];
  /** Audio that never reached the service, in order. */
  readonly gaps: readonly Gap[];
  /** How many turns `keep` has dropped from the beginning. */
  readonly dropped: number;
}

/** What a snapshot is made from. Never changed. */
export interface Content {
  readonly finals: TurnList;
  readonly partial: Turn | undefined;
  readonly partials: readonly Turn[];
  readonly gaps: readonly Gap[];
  readonly dropped: number;
}

/**
 * The list of turns, the text and the speakers are made when they are first read: a transcript that is only written to
 * never pays for them. `speakers` shares its list between the snapshots of one transcript.
 */
export function createSnapshot(content: Content, speakers: { list: readonly string[] }): TranscriptSnapshot {
  const { finals, partial, partials, gaps, dropped } = content;
  let text: string | undefined;
  let found: readonly string[] | undefined;
  return Object.freeze({
    get turns() {
      return toArray(finals);
    },
    partial,
    partials,
    get text() {
      text ??= joined(textOfList(finals), joinTexts(partials));
      return text;
    },
    get speakers() {
      if (found === undefined) {
        const all = [...new Set([...speakersOfList(finals), ...speakersOf(partials)])];
        found = speakers.list = Object.freeze(share(speakers.list, all));
      }
      return found;
    },
    gaps,
    dropped,
  });
}
