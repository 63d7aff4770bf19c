import type { ConnectOptions } from "voxpipe";
import type { SessionAudio } from "../input/session-audio.ts";
import type { TranscribeOptions } from "./transcribe-options.ts";

/** A session's options that do not depend on the audio. */
export type Connection = Pick<ConnectOptions, "token" | "apiKey" | "apiHost" | "agent" | "signal" | "onWarning">;

/** The speed that the offline recogniser keeps up with on two cores, so that partials arrive while audio is being sent. */
const localPace = { rate: 1.5, burst: 500 };
const realtimePace = { rate: 1, burst: 0 };

/** The session's options, except host and credentials. */
export function connectOptions(
  options: TranscribeOptions,
  audio: Pick<SessionAudio, "encoding" | "sampleRate">,
): ConnectOptions {
  return {
    encoding: audio.encoding,
    sampleRate: audio.sampleRate,
    formatTurns: options.formatTurns,
    speechModel: options.speechModel,
    languageCodes: given(options.languages),
    keytermsPrompt: given(options.keyterms),
    extraParams: options.parameters,
    pace: options.realtime ? realtimePace : options.local ? localPace : undefined,
  };
}

function given(list: readonly string[]): string[] | undefined {
  return list.length === 0 ? undefined : [...list];
}
