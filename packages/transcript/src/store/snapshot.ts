import { share } from "./share.ts";
import type { Gap, Turn } from "./turn.ts";
import { speakersOfAll, type TurnList, textOfAll, toArray } from "./turn-list.ts";

/** A transcript at one moment. It never changes; unchanged parts of a later one are the same objects. */
export interface TranscriptSnapshot {
  /** Final turns, in order. */
  readonly turns: readonly Turn[];
  /** The turn in progress; if several channels speak at once, the one updated last. */
  readonly partial: Turn | undefined;
  /** All turns in progress, in order. At most one unless there are channels. */
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

/** The data of a snapshot. It never changes. */
export interface Content {
  readonly finals: TurnList;
  readonly partial: Turn | undefined;
  readonly partials: readonly Turn[];
  readonly gaps: readonly Gap[];
  readonly dropped: number;
}

/**
 * The list of turns, the text and the speakers are created when they are first read, so a transcript that is only written to
 * does not create them. `speakers` shares its list between the snapshots of one transcript.
 */
export function createSnapshot(
  { finals, ...others }: Content,
  speakers: { list: readonly string[] },
): TranscriptSnapshot {
  const all = [finals, others.partials];
  let found: readonly string[] | undefined;
  return Object.freeze({
    ...others,
    get turns() {
      return toArray(finals);
    },
    get text() {
      return textOfAll(all);
    },
    get speakers() {
      found ??= share(speakers.list, speakersOfAll(all));
      speakers.list = found;
      return found;
    },
  });
}
