export type { AudioChunk, AudioStream, AudioWriter } from "./audio-chunk.ts";
export type { AudioEncoding } from "./audio-format.ts";
export type { Clock } from "./clock.ts";
export { connect, type StreamingSession } from "./connect.ts";
export { keyHeaders } from "./key-headers.ts";
export type { SessionState } from "./lifecycle.ts";
export type {
  BeginConfiguration,
  BeginEvent,
  HeartbeatEvent,
  LLMGatewayResponseEvent,
  ReconnectedEvent,
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
} from "./messages.ts";
export { eventTypes } from "./messages.ts";
export type { ConnectOptions, ReconnectOptions, TokenProvider, TokenRequest } from "./options.ts";
export type { Pace } from "./pacer.ts";
export type { DeprecatedParameters, SessionConfiguration, SpeechModel, StreamingParameters } from "./parameters.ts";
export type { SessionStats, SessionSummary } from "./session-figures.ts";
export type { OpenSocket, Platform, SessionTrace, Socket, SocketEnd, SocketListener } from "./socket.ts";
export { StreamingError, type StreamingErrorCode, type StreamingErrorDetails } from "./streaming-error.ts";
export type { TokenGrant } from "./token-grant.ts";
