/** What the server sends: protocol.md section 4, with the wire's own names. */
export type ServerMessage =
  | BeginMessage
  | TurnMessage
  | SpeechStartedMessage
  | HeartbeatMessage
  | SilenceMessage
  | WarningMessage
  | SpeakerRevisionMessage
  | LLMGatewayResponseMessage
  | TerminationMessage
  | ErrorMessage;

export interface BeginMessage {
  type: "Begin";
  id: string;
  /** Unix seconds. */
  expires_at: number;
  configuration?: Record<string, unknown>;
}

export interface TurnMessage {
  turn_order: number;
  turn_is_formatted: boolean;
  end_of_turn: boolean;
  transcript: string;
  end_of_turn_confidence: number;
  words: WireWord[];
  utterance: string;
  language_code?: string;
  language_confidence?: number;
  speaker_label?: string;
  speaker_confidence?: number;
  /** Last on the wire, as the service has it. */
  type: "Turn";
}

export interface WireWord {
  /** Whole ms of session audio. */
  start: number;
  end: number;
  text: string;
  confidence: number;
  word_is_final: boolean;
  speaker?: string;
  speaker_confidence?: number;
}

interface SpeechStartedMessage {
  type: "SpeechStarted";
  timestamp: number;
  confidence: number;
}

interface HeartbeatMessage {
  type: "Heartbeat";
  total_audio_received_ms: number;
  total_duration_ms: number;
  realtime_factor: number;
  max_speech_probability?: number;
}

export interface SilenceMessage {
  type: "Silence";
  start_ms: number;
  end_ms: number;
}

interface WarningMessage {
  type: "Warning";
  warning_code: number;
  warning: string;
}

export interface SpeakerRevisionMessage {
  type: "SpeakerRevision";
  revisions: { turn_order: number; speaker_label: string; words: WireWord[] }[];
}

interface LLMGatewayResponseMessage {
  type: "LLMGatewayResponse";
  turn_order: number;
  transcript: string;
  data: { request_id: string; choices: unknown[]; usage: Record<string, number> };
}

interface TerminationMessage {
  type: "Termination";
  audio_duration_seconds: number;
  session_duration_seconds: number;
}

interface ErrorMessage {
  type?: "Error";
  error_code: number;
  error: string;
}
