/**
 * Everything the service sends (protocol section 4), under the wire's names.
 *
 * A field without `?` is always present: a message without it becomes `Unrecognized`. The others may be missing or null. A
 * field of an unexpected type is passed on unchanged, and reported once to `onWarning`. Unlisted fields are kept.
 */

/** One word of a turn. */
export interface Word {
  text: string;
  /** Where it begins, in ms of the session's audio. */
  start?: number | null | undefined;
  /** Where it ends, in ms of the session's audio. */
  end?: number | null | undefined;
  /** How sure the model is, 0–1. */
  confidence?: number | null | undefined;
  /** Once true, `text` does not change; `end` still may. */
  word_is_final?: boolean | null | undefined;
  /** The speaker's label, with `speakerLabels`. */
  speaker?: string | null | undefined;
  /** How sure the service is of the speaker, 0–1. */
  speaker_confidence?: number | null | undefined;
}

/** The session's settings, as the service reports them. */
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

/** The session is open. Always the first event of the service. */
export interface BeginEvent {
  type: "Begin";
  /** The service's id of the connection, for its support. */
  id: string;
  /** When the service will end the connection, in unix seconds. */
  expires_at?: number | null | undefined;
  /** Missing from older servers. */
  configuration?: BeginConfiguration | null | undefined;
}

/**
 * The transcript of one turn so far. `end_of_turn` makes it final; with `formatTurns`, some servers then send the same turn
 * again with `turn_is_formatted`, so do not use that field as the end of a turn.
 *
 * @example if (event.type === "Turn" && event.end_of_turn) console.log(event.transcript);
 */
export interface TurnEvent {
  type: "Turn";
  /** The turn's number, from 0 over the whole session. */
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

/** Someone began to speak. Universal-3 models. */
export interface SpeechStartedEvent {
  type: "SpeechStarted";
  /** In ms of the session's audio. */
  timestamp?: number | null | undefined;
  /** 0–1. */
  confidence?: number | null | undefined;
}

/** Sent about every 5 s with `sessionHeartbeat`. Its figures are about the current connection. */
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

/** The answer of the model of `llmGateway` to a turn. */
export interface LLMGatewayResponseEvent {
  type: "LLMGatewayResponse";
  /** The number of the turn that it answers. */
  turn_order?: number | null | undefined;
  transcript?: string | null | undefined;
  /** The model's answer, unchanged. */
  data?: unknown;
}

/** A service warning; the session continues. */
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

/** The connection was lost and the client is reconnecting. Emitted by the client. */
export interface ReconnectingEvent {
  readonly type: "Reconnecting";
  /** 1 for the first attempt after a drop. */
  readonly attempt: number;
  /** Time until this attempt, in ms. */
  readonly delay_ms: number;
  /** Why the connection ended, as a sentence. */
  readonly reason: string;
  /**
   * "online": the page is offline (`navigator.onLine` is false), and the attempt is made as soon as it is online again; it
   * counts only then. A session that starts offline emits this before its Begin. Absent otherwise.
   */
  readonly waiting_for?: "online";
}

/** A new connection has taken over; times and turn numbers continue. Emitted by the client. */
export interface ReconnectedEvent {
  readonly type: "Reconnected";
  /** Audio sent again, in ms. With `speakerLabels` some of it is final already, so that its voices are recognised. */
  readonly replayed_ms: number;
  /** Audio that was sent, was not in a final turn, and is no longer in the replay buffer, in ms. */
  readonly lost_ms: number;
  /** The new connection's own Begin. */
  readonly begin: BeginEvent;
  /** A dropped connection, or a rollover before the session's longest duration. */
  readonly cause: "drop" | "rollover";
  /** With `speakerLabels`: what the new connection, which labels its speakers from the first again, can know of earlier ones. */
  readonly speakers?: ReconnectedSpeakers;
}

/**
 * Every label that a session showed is in one of the two lists. A voice that cannot be recognized gets a label that no
 * voice had before, never the label of another voice.
 */
export interface ReconnectedSpeakers {
  /** They say enough in what is sent again. If the service distinguishes them there, they keep their labels. */
  readonly heard_again: readonly string[];
  /** They do not: if one of these speaks again, it is under a new label. */
  readonly not_heard: readonly string[];
}

/** A message that this version cannot use; the session continues. Emitted by the client. */
export interface UnrecognizedEvent {
  readonly type: "Unrecognized";
  /** The message's text, at most its first 65,536 characters. */
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

/** All events of `session.events`, distinguished by `type`. */
export type StreamingEvent = ServerEvent | ReconnectingEvent | ReconnectedEvent | UnrecognizedEvent;

/** Every `type` of the events of `session.events`. */
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
