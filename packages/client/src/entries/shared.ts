export type {
  AudioChunk,
  AudioEncoding,
  AudioStream,
  AudioWriter,
  BeginConfiguration,
  BeginEvent,
  ConnectOptions,
  DeprecatedParameters,
  HeartbeatEvent,
  LLMGatewayResponseEvent,
  Pace,
  ReconnectedEvent,
  ReconnectedSpeakers,
  ReconnectingEvent,
  ReconnectOptions,
  RevisedTurn,
  SessionConfiguration,
  SessionState,
  SessionStats,
  SessionSummary,
  SilenceEvent,
  SpeakerRevisionEvent,
  SpeechModel,
  SpeechStartedEvent,
  StreamingErrorCode,
  StreamingErrorDetails,
  StreamingEvent,
  StreamingParameters,
  StreamingSession,
  TerminationEvent,
  TokenGrant,
  TokenProvider,
  TokenRequest,
  TurnEvent,
  UnrecognizedEvent,
  WarningEvent,
  Word,
} from "@voxpipe/core";
export { StreamingError } from "@voxpipe/core";
export type { AudioSource } from "../streaming-client/audio-source.ts";
export type {
  BaseStreamingClient,
  ClientParts,
  StreamingClientOptions,
} from "../streaming-client/base-streaming-client.ts";
export type { HandlerRun, RunStorage } from "../streaming-client/handler-context.ts";
export type { HandlerPayloads } from "../streaming-client/handlers.ts";
export { type TokenFromOptions, tokenFrom } from "../tokens/token-from.ts";
export type { DescribedAudio, TranscribeSource } from "../transcribe/transcribe-source.ts";
export type { AudioOptions, Transcription } from "../transcribe/transcription.ts";
