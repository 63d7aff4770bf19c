import { finite } from "../protocol/finite.ts";
import type { RevisedTurn, ServerEvent, SpeakerRevisionEvent, TurnEvent, Word } from "../protocol/messages.ts";
import { ConnectionTimeline } from "../session/connection-timeline.ts";
import type { Admission, Timeline } from "../session/timeline.ts";
import { LabelVotes } from "./label-votes.ts";
import { asLabelled } from "./recent-words.ts";
import type { Speakers } from "./speakers.ts";

/** The service's label for a voice that said too little: no voice's label. */
const unknown = "UNKNOWN";
/** Labels that are remembered. The service distinguishes ten voices at most. */
export const mostLabels = 256;

/** The labels of one connection as the session's. */
export class LabelledTimeline extends ConnectionTimeline {
  readonly #speakers: Speakers;
  /** Up to where words are read only in order to be compared, in ms of the source. */
  readonly #comparedMs: number;
  readonly #votes = new LabelVotes();
  /** The session's labels by the connection's, once they were shown. */
  readonly #shown = new Map<string, string>();
  /** The last turn whose words were compared: its formatted form has the same. */
  #lastCompared = -1;
  /** The turn of which some words are repeated ones, by the session's count, and how many words it has without them. */
  #cut: { readonly order: number; readonly words: number } | undefined;

  constructor(speakers: Speakers, timeline: Timeline, startMs: number, replayedMs: number, pauseMs?: number) {
    super(timeline, startMs, replayedMs, pauseMs);
    this.#speakers = speakers;
    this.#comparedMs = Math.min(timeline.settledMs, pauseMs ?? Number.POSITIVE_INFINITY);
  }

  override admit(event: ServerEvent): Admission | undefined {
    if (event.type === "Turn") return this.#admitLabelled(event);
    // Someone who began to speak there was announced.
    if (event.type === "SpeechStarted" && this.sourceMs(finite(event.timestamp) ?? 0) < this.#comparedMs)
      return undefined;
    const admission = super.admit(event);
    if (event.type === "SpeakerRevision" && admission) this.#revise(event);
    return admission;
  }

  #admitLabelled(event: TurnEvent): Admission | undefined {
    const { turn_order, words, end_of_turn } = event;
    const admission = super.admit(event);
    if (end_of_turn && turn_order > this.#lastCompared) {
      this.#lastCompared = turn_order;
      for (const word of words) this.#compare(word);
    }
    if (!admission) return undefined;
    const removed = words.length - event.words.length;
    if (removed > 0 && end_of_turn) this.#cut = { order: event.turn_order, words: event.words.length };
    this.#relabel(event, removed > 0, end_of_turn);
    if (admission === "settled") this.#speakers.recent.add(event.words);
    return admission;
  }

  #compare(word: Word): void {
    const labelled = asLabelled(word);
    if (!labelled || labelled.speaker === unknown || labelled.startMs >= this.#comparedMs) return;
    const speaker = this.#speakers.recent.speakerOf(labelled);
    if (speaker !== undefined) this.#votes.add(labelled.speaker, speaker);
  }

  #revise(event: SpeakerRevisionEvent): void {
    for (const revision of event.revisions) {
      const cut = this.#cut?.order === revision.turn_order ? this.#cut : undefined;
      if (cut) revision.words = revision.words.slice(-cut.words);
      this.#relabel(revision, cut !== undefined, true);
      this.#speakers.recent.correct(revision.words);
    }
  }

  /** @param cut Whether words were taken out: the turn may be another voice's then. */
  #relabel(turn: TurnEvent | RevisedTurn, cut: boolean, final: boolean): void {
    for (const word of turn.words)
      if (typeof word.speaker === "string") word.speaker = this.#sessionLabel(word.speaker, final);
    if (typeof turn.speaker_label === "string")
      turn.speaker_label =
        (cut ? mostFrequent(turn.words) : undefined) ?? this.#sessionLabel(turn.speaker_label, final);
  }

  /** @param final Whether it stays: a partial shows no label that may still turn out to be another one. */
  #sessionLabel(own: string, final: boolean): string | null {
    if (own === unknown) return own;
    const known = this.#shown.get(own) ?? this.#match(own);
    if (!final) return known ?? (this.#speakers.has(own) ? null : own);
    const label = known ?? this.#speakers.add(own);
    if (this.#shown.size < mostLabels) this.#shown.set(own, label);
    return label;
  }

  /** A label of the session goes to one voice of a connection. */
  #match(own: string): string | undefined {
    const label = this.#votes.match(own);
    for (const shown of this.#shown.values()) if (shown === label) return undefined;
    return label;
  }
}

function mostFrequent(words: readonly Word[]): string | undefined {
  const counts = new Map<string, number>();
  for (const { speaker } of words) if (typeof speaker === "string") counts.set(speaker, (counts.get(speaker) ?? 0) + 1);
  return [...counts].toSorted(([, a], [, b]) => b - a)[0]?.[0];
}
