import type { SilenceEvent, SpeakerRevisionEvent, TurnEvent, Word } from "../src/protocol/messages.ts";

/** A word of one letter between `start` and `end` ms. */
export function word(start: number, end: number): Word {
  return { start, end, text: "a", confidence: 0.9, word_is_final: true };
}

export function turn(turn_order: number, given: Partial<TurnEvent> = {}): TurnEvent {
  return {
    type: "Turn",
    turn_order,
    turn_is_formatted: false,
    end_of_turn: false,
    transcript: "",
    end_of_turn_confidence: 0,
    words: [],
    utterance: "",
    ...given,
  };
}

export function final(turn_order: number, given: Partial<TurnEvent> = {}): TurnEvent {
  return turn(turn_order, { end_of_turn: true, ...given });
}

export function silence(start_ms: number, end_ms: number): SilenceEvent {
  return { type: "Silence", start_ms, end_ms };
}

export function revision(...turns: readonly number[]): SpeakerRevisionEvent {
  return {
    type: "SpeakerRevision",
    revisions: turns.map((turn_order) => ({ turn_order, speaker_label: "B", words: [word(0, 100)] })),
  };
}
