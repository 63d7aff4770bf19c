import type { StreamingError, StreamingEvent, TurnEvent, Word } from "voxpipe";

/** One word of a turn, and who said it. */
export interface ChannelWord<Name extends string> extends Word {
  /** The channel that it was said on; absent if no channel had voice at its time. */
  channel?: Name;
  /** Whether another channel had voice at the same time. */
  overlap?: boolean;
  /** How sure `channel` is, 0–1. Always 1 with `mode: "separate"`. */
  channel_confidence?: number;
}

/** A reading of one turn. */
export interface ChannelTurnEvent<Name extends string> extends Omit<TurnEvent, "words"> {
  words: ChannelWord<Name>[];
  /** Counts from 0 over all channels, in the order in which turns begin to be heard. */
  turn_order: number;
  /** The channel of the turn, or the one that said most of its words. */
  channel?: Name;
  /** How sure `channel` is, 0–1; lower if others spoke in the same turn. */
  channel_confidence?: number;
  /** Whether another channel had voice during the turn. With `mode: "separate"`, compare the times of turns. */
  overlap?: boolean;
}

/** A channel delivers no audio; silence takes its place, so that the others continue. */
export interface ChannelStalledEvent<Name extends string> {
  readonly type: "ChannelStalled";
  readonly channel: Name;
  /** Where its audio stops, in ms of the common clock. */
  readonly start_ms: number;
}

/** A channel that had stalled delivers audio again. */
export interface ChannelResumedEvent<Name extends string> {
  readonly type: "ChannelResumed";
  readonly channel: Name;
  /** The silence that took its place, in ms of the common clock. */
  readonly start_ms: number;
  readonly end_ms: number;
}

/** The session of one channel failed; the others continue. */
export interface ChannelFailedEvent<Name extends string> {
  readonly type: "ChannelFailed";
  readonly channel: Name;
  readonly error: StreamingError;
}

type Other = Exclude<StreamingEvent, TurnEvent>;

/**
 * All that `call.events` yields, distinguished by `type`. With `mode: "separate"` every event has its `channel`; with `"mixed"`
 * only turns, words, and what is about a channel have one.
 */
export type ChannelEvent<Name extends string> =
  | ChannelTurnEvent<Name>
  | (Other & { readonly channel?: Name })
  | ChannelStalledEvent<Name>
  | ChannelResumedEvent<Name>
  | ChannelFailedEvent<Name>;
