export type { Engine, EngineListener, EngineSession, EngineWord, Hypothesis } from "./engine.ts";
export { type RecognizerOptions, recognizer } from "./recognizer.ts";
export { RecognizerError, type RecognizerErrorCode } from "./recognizer-error.ts";
