export type { Engine, EngineListener, EngineSession, EngineWord, Hypothesis } from "./engine.ts";
