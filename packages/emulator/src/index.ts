export type { Certificate, CertificateNames } from "./certificate.ts";
export { type Cancel, type Clock, ManualClock } from "./clock.ts";
export type { CredentialOptions } from "./credentials.ts";
export { EmulatorError, type EmulatorErrorCode } from "./emulator-error.ts";
export type { Engine, EngineListener, EngineSession, EngineWord, Hypothesis } from "./engine.ts";
export type { Fault, HandshakeAction, Moment, SessionAction, SessionChoice } from "./fault.ts";
export { parseFaults } from "./fault-notation.ts";
export type {
  AudioAccount,
  EmulatorEvent,
  Handshake,
  History,
  ObservedAudio,
  ObservedMessage,
  ObservedSession,
  ObservedText,
  SessionEnd,
  SessionState,
} from "./observation.ts";
export type { Pacing } from "./pacing.ts";
export type { Parameters } from "./parameters.ts";
export { recordingOf, scriptFrom } from "./recording.ts";
export { type ScriptedWord, scripted } from "./scripted.ts";
export { type Emulator, startEmulator } from "./server.ts";
export type { SessionLimit } from "./session-limit.ts";
export type { EmulatorOptions } from "./settings.ts";
export type { TokenErrorShape } from "./token-endpoint.ts";
export type { FormattedFinals } from "./turns.ts";
