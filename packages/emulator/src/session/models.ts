/** The service's models: a closed set (protocol.md section 11). */
export const speechModels = [
  "universal-streaming-english",
  "universal-streaming-multilingual",
  "whisper-rt",
  "u3-rt-pro",
  "u3-rt-pro-beta-1",
  "u3-rt-agent",
  "universal-3-5-pro",
  "universal-3-6-pro",
  "universal-3-6",
  "universal-3-7-preview",
  "_universal-3-5-notetaker",
] as const;

export type SpeechModel = (typeof speechModels)[number];

/** The model of a session that names none. */
export const usualModel: SpeechModel = "universal-3-5-pro";

/** How a model behaves (protocol.md sections 4 and 8). */
export type ModelFamily = "US" | "U3";

const olderModels: ReadonlySet<string> = new Set<SpeechModel>([
  "universal-streaming-english",
  "universal-streaming-multilingual",
  "whisper-rt",
]);

export function modelFamily(model: SpeechModel): ModelFamily {
  return olderModels.has(model) ? "US" : "U3";
}

/** Whether a model accepts sessions and then cancels them. */
export function isBroken(model: SpeechModel): boolean {
  return model === "u3-rt-agent" || model === "universal-3-7-preview";
}

/** What a model does if a session does not say otherwise. */
export function modelDefaults(model: SpeechModel) {
  if (modelFamily(model) === "US") return { min_turn_silence: 400, max_turn_silence: 1_280, vad_threshold: 0.4 };
  const shared = { mode: "balanced" as const, interruption_delay: 500 };
  if (model.startsWith("u3")) return { ...shared, min_turn_silence: 100, max_turn_silence: 1_000, vad_threshold: 0.3 };
  const silences = { min_turn_silence: 128, max_turn_silence: 1_536, vad_threshold: 0.2 };
  return { ...shared, ...silences, previous_context_n_turns: 5 };
}
