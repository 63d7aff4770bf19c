import * as v from "valibot";

/**
 * Everything the service sends (protocol section 4), as valibot schemas: the single source of the types and of the checks.
 * Fields that are not listed are kept. Optional fields may also be `null`, as older servers send them.
 */

// One call that is marked as pure: webpack keeps single ones at the top level, in pages that open no session, too.
export const schemas = /* @__PURE__ */ (() => {
  const text = v.nullish(v.string());
  const number = v.nullish(v.number());
  const flag = v.nullish(v.boolean());

  const wordSchema = v.object({
    start: v.number(),
    end: v.number(),
    text: v.string(),
    confidence: v.number(),
    word_is_final: v.boolean(),
    speaker: text,
    speaker_confidence: number,
  });

  return {
    Begin: v.object({
      type: v.literal("Begin"),
      id: v.string(),
      expires_at: v.number(),
      configuration: v.nullish(
        v.object({
          model: text,
          mode: text,
          api_version: text,
          speaker_labels: flag,
          redact_pii: flag,
          filter_profanity: flag,
          domain: text,
          voice_focus: text,
        }),
      ),
    }),
    Turn: v.object({
      type: v.literal("Turn"),
      turn_order: v.number(),
      turn_is_formatted: v.boolean(),
      end_of_turn: v.boolean(),
      transcript: v.string(),
      end_of_turn_confidence: v.number(),
      words: v.array(wordSchema),
      utterance: text,
      language_code: text,
      language_confidence: number,
      speaker_label: text,
      speaker_confidence: number,
    }),
    SpeechStarted: v.object({ type: v.literal("SpeechStarted"), timestamp: v.number(), confidence: number }),
    Heartbeat: v.object({
      type: v.literal("Heartbeat"),
      total_audio_received_ms: v.number(),
      total_duration_ms: v.number(),
      realtime_factor: v.number(),
      max_speech_probability: number,
    }),
    Silence: v.object({ type: v.literal("Silence"), start_ms: v.number(), end_ms: v.number() }),
    SpeakerRevision: v.object({
      type: v.literal("SpeakerRevision"),
      revisions: v.array(v.object({ turn_order: v.number(), speaker_label: text, words: v.array(wordSchema) })),
    }),
    LLMGatewayResponse: v.object({
      type: v.literal("LLMGatewayResponse"),
      turn_order: v.number(),
      transcript: v.string(),
      data: v.nullish(v.unknown()),
    }),
    Warning: v.object({ type: v.literal("Warning"), warning_code: number, warning: v.string() }),
    Termination: v.object({
      type: v.literal("Termination"),
      audio_duration_seconds: number,
      session_duration_seconds: number,
    }),
  };
})();

/** `start` and `end` in ms of the session's audio; `confidence` 0–1. Once `word_is_final`, the text stays. */
export type Word = TurnEvent["words"][number];
/** Always first. `expires_at` in unix seconds. Older servers send no `configuration`. */
export type BeginEvent = v.InferOutput<typeof schemas.Begin>;
/**
 * A reading of one turn. `end_of_turn` makes it final; with `formatTurns`, some servers then send the same turn once
 * more with `turn_is_formatted`, so never take that for the end of a turn.
 */
export type TurnEvent = v.InferOutput<typeof schemas.Turn>;
/** Voice was found at `timestamp` (ms of the session's audio). U3 models. */
export type SpeechStartedEvent = v.InferOutput<typeof schemas.SpeechStarted>;
/** About every 5 s with `sessionHeartbeat`. Figures are those of the present connection. */
export type HeartbeatEvent = v.InferOutput<typeof schemas.Heartbeat>;
/** No speech between `start_ms` and `end_ms`; ranges never overlap earlier ones. With `acknowledgeSilence`. */
export type SilenceEvent = v.InferOutput<typeof schemas.Silence>;
/** Speaker labels of earlier turns, corrected; texts and times unchanged. */
export type SpeakerRevisionEvent = v.InferOutput<typeof schemas.SpeakerRevision>;
/** What the model of `llmGateway` answered to a turn. */
export type LLMGatewayResponseEvent = v.InferOutput<typeof schemas.LLMGatewayResponse>;
/** Something the service wants known; the session goes on. */
export type WarningEvent = v.InferOutput<typeof schemas.Warning>;
/** The service's closing figures, in seconds. */
export type TerminationEvent = v.InferOutput<typeof schemas.Termination>;

/** The connection is gone, and a new one is being made. From the client. */
export interface ReconnectingEvent {
  readonly type: "Reconnecting";
  /** 1 for the first attempt after a drop. */
  readonly attempt: number;
  /** Time until this attempt, in ms. */
  readonly delay_ms: number;
  /** Why the connection ended, as a sentence. */
  readonly reason: string;
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

/** A message that this version cannot read; the session goes on. From the client. */
export interface UnrecognizedEvent {
  readonly type: "Unrecognized";
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
