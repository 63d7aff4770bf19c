export { type Clock, ManualClock } from "./clock.ts";
export type { CredentialOptions } from "./credentials.ts";
export { EmulatorError, type EmulatorErrorCode } from "./emulator-error.ts";
export type { Engine, EngineListener, EngineSession, EngineWord, Hypothesis } from "./engine.ts";
export type { Fault, HandshakeAction, Moment, SessionAction } from "./fault.ts";
export type {
  AudioAccount,
  EmulatorEvent,
  Handshake,
  History,
  ObservedMessage,
  ObservedSession,
  SessionEnd,
  SessionState,
} from "./observation.ts";
export type { Parameters } from "./parameters.ts";
export { type ScriptedWord, scripted } from "./scripted.ts";
export { type Emulator, startEmulator } from "./server.ts";
export type { EmulatorOptions } from "./settings.ts";
