import { normalizeLanguage, type stt, voice } from "@livekit/agents";
import type { TurnEvent } from "voxpipe";
import type { STTOptions } from "./stt.ts";

/** A turn as the framework has it: times in seconds from the start of its stream. */
export function speechData(
  turn: TurnEvent,
  { languageCodes, languageCode }: STTOptions,
  startTimeOffset: number,
): stt.SpeechData {
  const seconds = (ms: number | null | undefined) => (ms ?? 0) / 1000 + startTimeOffset;
  const words = turn.words.map(({ text, start, end, confidence, speaker }) =>
    voice.createTimedString({
      text,
      startTime: seconds(start),
      endTime: seconds(end),
      ...(typeof confidence === "number" && { confidence }),
      startTimeOffset,
      ...(typeof speaker === "string" && { speakerId: speaker }),
    }),
  );
  const known = turn.words.flatMap(({ confidence }) => (typeof confidence === "number" ? confidence : []));
  const language = turn.language_code ?? languageCodes?.[0] ?? languageCode ?? "en";
  return {
    language: normalizeLanguage(language),
    // Some models list words before any of them is final, and their transcript holds final words only.
    text: turn.transcript === "" ? turn.words.map(({ text }) => text).join(" ") : turn.transcript,
    startTime: words[0]?.startTime ?? startTimeOffset,
    endTime: words.at(-1)?.endTime ?? startTimeOffset,
    confidence: known.length === 0 ? 0 : known.reduce((sum, confidence) => sum + confidence, 0) / known.length,
    words,
    ...(typeof turn.speaker_label === "string" && { speakerId: turn.speaker_label }),
  };
}
