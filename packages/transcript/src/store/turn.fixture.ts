import type { TranscriptEvent } from "./event.ts";

export interface TurnFixture {
  readonly order?: number;
  /** In ms; each word takes 300 ms of it. */
  readonly start?: number;
  readonly speaker?: string;
  readonly channel?: string;
}

/** A partial of Universal-Streaming: `transcript` has only the final words, those before `|`. */
export function usPartial(text: string, { order = 0, start = 0, ...labels }: TurnFixture = {}): TranscriptEvent {
  const [settled = "", open = ""] = text.split("|").map((part) => part.trim());
  return {
    type: "Turn",
    turn_order: order,
    turn_is_formatted: false,
    end_of_turn: false,
    transcript: settled,
    words: [...wordsOf(settled, start, true), ...wordsOf(open, start + 300 * count(settled), false)],
    ...wireLabels(labels),
  };
}

/** A partial of later models: `transcript` repeats the whole turn, and no word is final. */
export function u3Partial(text: string, { order = 0, start = 0, ...labels }: TurnFixture = {}): TranscriptEvent {
  return { ...finalTurn(text, { order, start, ...labels }), end_of_turn: false, words: wordsOf(text, start, false) };
}

export function finalTurn(
  text: string,
  { order = 0, start = 0, formatted = true, ...labels }: TurnFixture & { readonly formatted?: boolean } = {},
): TranscriptEvent {
  return {
    type: "Turn",
    turn_order: order,
    turn_is_formatted: formatted,
    end_of_turn: true,
    transcript: text,
    words: wordsOf(text, start, true),
    ...wireLabels(labels),
  };
}

function wordsOf(text: string, start: number, isFinal: boolean) {
  return text
    .split(" ")
    .filter((word) => word !== "")
    .map((word, i) => ({
      text: word,
      start: start + 300 * i,
      end: start + 300 * i + 250,
      confidence: 0.9,
      word_is_final: isFinal,
    }));
}

function count(text: string): number {
  return text === "" ? 0 : text.split(" ").length;
}

function wireLabels({ speaker, channel }: TurnFixture) {
  return { ...(speaker && { speaker_label: speaker }), ...(channel && { channel }) };
}
