export type { Pacing } from "./audio/pacing.ts";
export { type Cancel, type Clock, ManualClock } from "./clock.ts";
export { EmulatorError, type EmulatorErrorCode } from "./emulator-error.ts";
export type { Engine, EngineListener, EngineSession, EngineWord, Hypothesis } from "./engines/engine.ts";
export { type ScriptedWord, scripted } from "./engines/scripted.ts";
export type { Fault, HandshakeAction, Moment, SessionAction, SessionChoice } from "./faults/fault.ts";
export { parseFaults } from "./faults/fault-notation.ts";
export type { Certificate, CertificateNames } from "./http/certificate.ts";
export type { CredentialOptions } from "./http/credentials.ts";
export type { TokenErrorShape } from "./http/token-endpoint.ts";
export type { EmulatorEvent } from "./observation/emulator-event.ts";
export type {
  AudioAccount,
  Handshake,
  ObservedAudio,
  ObservedMessage,
  ObservedSession,
  ObservedText,
  SessionEnd,
  SessionState,
} from "./observation/observed-session.ts";
export type { History } from "./observation/observer.ts";
export { recordingOf, scriptFrom } from "./observation/recording.ts";
export { type Emulator, startEmulator } from "./server.ts";
export type { Latency } from "./session/latency.ts";
export type { SpeechModel } from "./session/models.ts";
export type { Parameters } from "./session/parameters.ts";
export type { SessionLimit } from "./session/session-limit.ts";
export type { EmulatorOptions } from "./settings.ts";
export type { Edges } from "./turns/edge-times.ts";
export type { FormattedFinals } from "./turns/turns.ts";
