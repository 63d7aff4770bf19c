export type { Clock } from "./async/clock.ts";
export { onAbort } from "./async/on-abort.ts";
export type { AudioChunk, AudioStream, AudioWriter } from "./audio/audio-chunk.ts";
export type { AudioEncoding } from "./audio/audio-format.ts";
export type { Pace } from "./audio/pacer.ts";
export { connect, type StreamingSession } from "./connect.ts";
export type {
  ExplainedFailure,
  OpenSocket,
  Platform,
  SessionTrace,
  Socket,
  SocketEnd,
  SocketListener,
  TurnRead,
} from "./connection/socket.ts";
export type { TokenGrant } from "./connection/token-grant.ts";
export { StreamingError, type StreamingErrorCode, type StreamingErrorDetails } from "./errors/streaming-error.ts";
export type { ConnectOptions, ReconnectOptions, TokenProvider, TokenRequest } from "./options/options.ts";
export { keyHeaders } from "./protocol/key-headers.ts";
export type {
  BeginConfiguration,
  BeginEvent,
  HeartbeatEvent,
  LLMGatewayResponseEvent,
  ReconnectedEvent,
  ReconnectedSpeakers,
  ReconnectingEvent,
  RevisedTurn,
  SilenceEvent,
  SpeakerRevisionEvent,
  SpeechStartedEvent,
  StreamingEvent,
  TerminationEvent,
  TurnEvent,
  UnrecognizedEvent,
  WarningEvent,
  Word,
} from "./protocol/messages.ts";
export { eventTypes } from "./protocol/messages.ts";
export type {
  DeprecatedParameters,
  SessionConfiguration,
  SpeechModel,
  StreamingParameters,
} from "./protocol/parameters.ts";
export type { SessionState } from "./session/session.ts";
export type { SessionStats, SessionSummary } from "./session/summary-and-stats.ts";
export { TurnDelays } from "./session/turn-delays.ts";
