import type { ShownTurn } from "../output/renderer.ts";
import { oneLine } from "./terminal-safe.ts";

/**
 * A turn's text on one line, after its channel and its speaker, if there are several. What a server sends must not
 * move the cursor, colour the terminal or break the line.
 */
export function turnText(turn: ShownTurn): string {
  return withSpeaker(turn, oneLine(turn.transcript));
}

/**
 * Everything heard so far of a turn in progress. Universal-Streaming English leaves the growing word out of `transcript`;
 * later models repeat the whole turn in it, without final words (protocol section 4).
 */
export function partialText(turn: ShownTurn): string {
  const text = oneLine(turn.transcript);
  const settled = turn.words.filter((word) => word.word_is_final).length;
  const inText = text === "" ? 0 : text.split(" ").length;
  if (inText > settled) return withSpeaker(turn, text);
  const growing = turn.words.filter((word) => !word.word_is_final).map((word) => word.text);
  return withSpeaker(turn, oneLine([text, ...growing].join(" ")));
}

function withSpeaker({ speaker_label: speaker, channel }: ShownTurn, text: string): string {
  const names = [channel, speaker].filter((name) => typeof name === "string" && name !== "");
  return names.length > 0 && text !== "" ? `${oneLine(names.join(" "))}: ${text}` : text;
}

/** Where the turn begins in the audio, in ms; 0 if it has no words yet. */
export function turnStart(turn: ShownTurn): number {
  const start = turn.words[0]?.start;
  return Number.isFinite(start) ? Number(start) : 0;
}
