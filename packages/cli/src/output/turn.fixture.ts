import type { TurnEvent, Word } from "voxpipe";

/** A Turn as the service sends it, with defaults for the fields that a test does not care about. */
export function turn(fields: Partial<TurnEvent> & { readonly transcript: string }): TurnEvent {
  return {
    type: "Turn",
    turn_order: 0,
    turn_is_formatted: false,
    end_of_turn: false,
    end_of_turn_confidence: 0.5,
    words: fields.transcript.split(" ").map((text, i) => word(text, i * 300)),
    ...fields,
  };
}

export function word(text: string, start: number, isFinal = true): Word {
  return { text, start, end: start + 250, confidence: 0.9, word_is_final: isFinal };
}
