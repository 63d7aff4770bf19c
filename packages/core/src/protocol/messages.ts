/**
 * Everything the service sends (protocol section 4), under the wire's names.
 *
 * A field without `?` is always there: a message that lacks it is `Unrecognized`. The others may be missing or null. If the
 * service sends one in a type of which this version does not know, it is passed on as it is, and `onWarning` says so once.
 * Fields that are not listed are kept.
 */

/** One word of a turn. */
export interface Word {
  text: string;
  /** Its beginning, in ms of the session's audio. */
  start?: number | null | undefined;
  /** Its end, in ms of the session's audio. */
  end?: number | null | undefined;
  /** 0–1. */
  confidence?: number | null | undefined;
  /** Once true, `text` stays; `end` may still move. */
  word_is_final?: boolean | null | undefined;
  /** With `speakerLabels`. */
  speaker?: string | null | undefined;
  /** 0–1. */
  speaker_confidence?: number | null | undefined;
}

/** The session's settings as the service understood them. */
export interface BeginConfiguration {
  model?: string | null | undefined;
  mode?: string | null | undefined;
  api_version?: string | null | undefined;
  speaker_labels?: boolean | null | undefined;
  redact_pii?: boolean | null | undefined;
  filter_profanity?: boolean | null | undefined;
  domain?: string | null | undefined;
  voice_focus?: string | null | undefined;
}

/** Always first. */
export interface BeginEvent {
  type: "Begin";
  /** The service's id of the connection, for its support. */
  id: string;
  /** When the service will end the connection, in unix seconds. */
  expires_at?: number | null | undefined;
  /** Older servers send none. */
  configuration?: BeginConfiguration | null | undefined;
}

/**
 * A reading of one turn. `end_of_turn` makes it final; with `formatTurns`, some servers then send the same turn once
 * more with `turn_is_formatted`, so never take that for the end of a turn.
 */
export interface TurnEvent {
  type: "Turn";
  /** Counts from 0 over the whole session. */
  turn_order: number;
  end_of_turn: boolean;
  transcript: string;
  /** Empty if the service sent none. */
  words: Word[];
  turn_is_formatted?: boolean | null | undefined;
  /** 0–1. */
  end_of_turn_confidence?: number | null | undefined;
  utterance?: string | null | undefined;
  /** With `languageDetection`, on finals. */
  language_code?: string | null | undefined;
  /** 0–1. */
  language_confidence?: number | null | undefined;
  /** With `speakerLabels`. */
  speaker_label?: string | null | undefined;
  /** 0–1. */
  speaker_confidence?: number | null | undefined;
}

/** Somebody began to speak. U3 models. */
export interface SpeechStartedEvent {
  type: "SpeechStarted";
  /** In ms of the session's audio. */
  timestamp?: number | null | undefined;
  /** 0–1. */
  confidence?: number | null | undefined;
}

/** About every 5 s with `sessionHeartbeat`. Figures are those of the present connection. */
export interface HeartbeatEvent {
  type: "Heartbeat";
  total_audio_received_ms?: number | null | undefined;
  total_duration_ms?: number | null | undefined;
  realtime_factor?: number | null | undefined;
  max_speech_probability?: number | null | undefined;
}

/** No speech between two instants, in ms of the session's audio; ranges never overlap earlier ones. With `acknowledgeSilence`. */
export interface SilenceEvent {
  type: "Silence";
  start_ms: number;
  end_ms: number;
}

/** One turn of a `SpeakerRevision`: texts and times unchanged. */
export interface RevisedTurn {
  turn_order: number;
  /** Empty if the service sent none. */
  words: Word[];
  speaker_label?: string | null | undefined;
}

/** Speaker labels of earlier turns, corrected. */
export interface SpeakerRevisionEvent {
  type: "SpeakerRevision";
  revisions: RevisedTurn[];
}

/** What the model of `llmGateway` answered to a turn. */
export interface LLMGatewayResponseEvent {
  type: "LLMGatewayResponse";
  /** The turn that it answers. */
  turn_order?: number | null | undefined;
  transcript?: string | null | undefined;
  /** The model's answer, as it gave it. */
  data?: unknown;
}

/** A warning of the service; the session goes on. */
export interface WarningEvent {
  type: "Warning";
  warning_code?: number | null | undefined;
  warning?: string | null | undefined;
}

/** The service's closing figures, in seconds. */
export interface TerminationEvent {
  type: "Termination";
  audio_duration_seconds?: number | null | undefined;
  session_duration_seconds?: number | null | undefined;
}

/** The connection is gone, and a new one is being made. From the client. */
export interface ReconnectingEvent {
  readonly type: "Reconnecting";
  /** 1 for the first attempt after a drop. */
  readonly attempt: number;
  /** Time until this attempt, in ms. */
  readonly delay_ms: number;
  /** Why the connection ended, as a sentence. */
  readonly reason: string;
  /**
   * "online": this page is offline (`navigator.onLine` is false), and the attempt is made as soon as it is online. Such an
   * attempt counts only once it is made. A session that starts offline emits this before its Begin. Absent otherwise.
   */
  readonly waiting_for?: "online";
}

/** A new connection has taken over; times and turn numbers go on. From the client. */
export interface ReconnectedEvent {
  readonly type: "Reconnected";
  /** Audio sent again, in ms. */
  readonly replayed_ms: number;
  /** Audio that was sent, is not covered by a final turn, and no longer fitted the replay buffer, in ms. */
  readonly lost_ms: number;
  /** The new connection's own Begin. */
  readonly begin: BeginEvent;
  /** Whether a drop caused it, or the session's longest duration coming near. */
  readonly cause: "drop" | "rollover";
}

/** A message that this version cannot use; the session goes on. From the client. */
export interface UnrecognizedEvent {
  readonly type: "Unrecognized";
  /** Its text; the first 65,536 characters of a longer one. */
  readonly raw: string;
  readonly reason: string;
}

export type ServerEvent =
  | BeginEvent
  | TurnEvent
  | SpeechStartedEvent
  | HeartbeatEvent
  | SilenceEvent
  | SpeakerRevisionEvent
  | LLMGatewayResponseEvent
  | WarningEvent
  | TerminationEvent;

/** All that `session.events` yields, told apart by `type`. */
export type StreamingEvent = ServerEvent | ReconnectingEvent | ReconnectedEvent | UnrecognizedEvent;

/** Every `type` that `session.events` can yield. */
export const eventTypes: readonly StreamingEvent["type"][] = [
  "Begin",
  "Turn",
  "SpeechStarted",
  "Heartbeat",
  "Silence",
  "SpeakerRevision",
  "LLMGatewayResponse",
  "Warning",
  "Termination",
  "Reconnecting",
  "Reconnected",
  "Unrecognized",
];
