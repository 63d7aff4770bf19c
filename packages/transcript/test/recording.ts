import { readFileSync } from "node:fs";
import type { TranscriptEvent } from "../src/index.ts";

/** An event, and how much audio had been sent before it, in ms. */
export interface Recorded {
  readonly at: number;
  readonly event: TranscriptEvent;
}

/** `us` are partials of Universal-Streaming, `u3` of later models; `sample` lasts 24 s, `talk` 82 s. */
export const recordings = ["us-sample", "u3-sample", "us-talk", "u3-talk"] as const;

/** The events that the local server and its recogniser sent for speech in real time. */
export function recording(name: (typeof recordings)[number]): Recorded[] {
  const lines = readFileSync(new URL(`recordings/${name}.ndjson`, import.meta.url), "utf8").trim();
  return lines.split("\n").map((line) => {
    const [at, type, ...fields]: [number, string, ...unknown[]] = JSON.parse(line);
    return { at, event: { type, ...eventOf(type, fields) } };
  });
}

function eventOf(type: string, fields: readonly unknown[]): Omit<TranscriptEvent, "type"> {
  if (type === "SpeechStarted") return { timestamp: fields[0] };
  if (type === "Termination") return { audio_duration_seconds: fields[0] };
  if (type !== "Turn") return {};
  const [turn_order, end, formatted, transcript, ...words] = fields;
  return {
    turn_order,
    end_of_turn: end === 1,
    turn_is_formatted: formatted === 1,
    transcript,
    words: words.map((word) => {
      const [text, start, stop, final] = String(word).split(" ");
      return { text, start: Number(start), end: Number(stop), confidence: 0.9, word_is_final: final === "1" };
    }),
  };
}
