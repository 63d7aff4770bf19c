import type {
  AudioStream,
  BeginEvent,
  DeprecatedParameters,
  SessionConfiguration,
  SessionState,
  SessionStats,
  SessionSummary,
  StreamingError,
} from "voxpipe";
import type { ChannelEvent } from "./events/channel-event.ts";

/** How a channel ended. */
export type ChannelResult = { readonly summary: SessionSummary } | { readonly error: StreamingError };

/** How a call ended. */
export interface ChannelsSummary<Name extends string> {
  /** Of each channel; with `mode: "mixed"` all have the one session's. */
  readonly channels: { readonly [N in Name]: ChannelResult };
  /** What the service counted in all sessions together, in seconds; undefined if none said. */
  readonly sessionDurationSeconds: number | undefined;
}

/** A channel's figures; durations in ms. With `mode: "mixed"` all channels have the one session's, and their own `filledMs`. */
export interface ChannelStats extends SessionStats {
  /** Silence that took the place of audio that did not come. */
  readonly filledMs: number;
  /** Audio of this channel so far, that silence included. */
  readonly positionMs: number;
}

/**
 * The channels of a call: audio in, by name; events of all of them out, in one stream on one clock. None of its promises ever
 * causes an unhandled rejection.
 */
export interface ChannelsSession<Name extends string> extends AsyncDisposable {
  /**
   * A stream for each channel, in the session's encoding. All begin at 0 of the common clock with their first byte. A write
   * waits while the channel is `maxSkew` ahead of another that delivers, and for its session.
   */
  readonly audio: { readonly [N in Name]: AudioStream };
  /**
   * Everything that happens. Events come as they are received; of several that wait, the one with the earlier time comes
   * first. Ends when all channels have ended; fails only if all have failed. Cancelling it (a `break` in `for await`) is
   * `close()`.
   */
  readonly events: ReadableStream<ChannelEvent<Name>> & AsyncIterable<ChannelEvent<Name>>;
  /** The first Begin of each channel that has one, once all have begun or failed. Rejects if all failed. */
  readonly opened: Promise<{ readonly [N in Name]?: BeginEvent }>;
  /** How it ended. Rejects with the first channel's error if all failed. */
  readonly closed: Promise<ChannelsSummary<Name>>;
  /** The state that is furthest from `"open"` among the sessions that have not ended; `"closed"` once all have. */
  readonly state: SessionState;
  /** Changes parameters of one channel, or of all. */
  updateConfiguration(configuration: SessionConfiguration & DeprecatedParameters, channel?: Name): Promise<void>;
  /** Ends the turn of one channel, or of all, behind the audio that was taken so far. */
  forceEndpoint(channel?: Name): Promise<void>;
  /** Resets the service's inactivity timers. */
  keepAlive(): Promise<void>;
  /** Sends what was written, and waits for the last words of all channels. Works while `audio` is piped to. */
  close(): Promise<ChannelsSummary<Name>>;
  /** Ends everything at once; turns that are not final yet are lost. */
  abort(reason?: unknown): void;
  stats(): { readonly [N in Name]: ChannelStats };
}
