import type { Bytes, PcmFormat } from "@voxpipe/audio";
import type { ProviderName } from "./providers/provider.ts";

/** `inbound`: what the caller says. `outbound`: what the caller hears. */
export type TrackName = "inbound" | "outbound";

/** What the provider says of a call before its audio. */
export interface CallStart {
  readonly provider: ProviderName;
  /** The provider's id of the stream, if it has one. */
  readonly streamId: string | undefined;
  /** The provider's id of the call, if it says so. */
  readonly callId: string | undefined;
  /** The tracks that have audio. */
  readonly tracks: readonly TrackName[];
  /** How the tracks' bytes are to be read; fits `toPcm16` and `PcmDecoder` of `@voxpipe/audio`. */
  readonly format: PcmFormat;
  /** What the application gave the stream to pass on, such as Twilio's `<Parameter>`. A stranger may have written it. */
  readonly parameters: Readonly<Record<string, string>>;
  /** The provider's message as it came. */
  readonly raw: unknown;
}

/** A key that was pressed. */
export interface Dtmf {
  /** 0–9, A–D, * or #. */
  readonly digit: string;
  /** Absent if the provider does not say. */
  readonly track?: TrackName;
}

/** What was sent to the call before a mark has been played, or cleared. */
export interface Mark {
  /** The name that the mark was sent with; empty if the provider gives none. */
  readonly name: string;
}

/** Figures of one track; durations in ms. */
export interface TrackStats {
  /** Audio that came. */
  readonly receivedMs: number;
  /** Silence in place of audio that did not come. */
  readonly filledMs: number;
  /** Audio that came while more than 60 s waited for the reader: silence took its place. */
  readonly droppedMs: number;
  /** Chunks that came after their time, or twice: left out. */
  readonly lateChunks: number;
}

/** Figures of a call. */
export interface MediaStats {
  readonly tracks: Readonly<Record<TrackName, TrackStats>>;
  /** Messages that were not the provider's, or came at the wrong time. */
  readonly rejected: number;
  /** Why the last of them was rejected. */
  readonly lastRejection: string | undefined;
}

/** How a call ended. */
export interface CallEnd {
  /** `"stop"`: the provider said so. `"closed"`: the socket closed, which for Plivo and Vonage is the usual end. */
  readonly reason: "stop" | "closed";
  /** The socket's close code, if it is known. */
  readonly code: number | undefined;
  readonly stats: MediaStats;
}

/** A phone call's audio. None of its promises ever causes an unhandled rejection. */
export interface MediaStream {
  /** Rejects with a `TelephonyError` if the call ends before it starts. */
  readonly started: Promise<CallStart>;
  /**
   * The call's sides, on one clock: both begin at the first audio of the call. Bytes are in `CallStart.format`. At most 60 s
   * wait for a reader; beyond that, silence takes the place of what comes. A track that the call does not have ends at once.
   */
  readonly tracks: Readonly<Record<TrackName, ReadableStream<Bytes>>>;
  /** Keys that are pressed. At most 1,000 wait; older ones are dropped. */
  readonly dtmf: ReadableStream<Dtmf>;
  /** Marks that are reached. At most 1,000 wait; older ones are dropped. */
  readonly marks: ReadableStream<Mark>;
  /** Resolves when the call has ended and its tracks are complete. Rejects with a `TelephonyError` if the stream failed. */
  readonly closed: Promise<CallEnd>;
  stats(): MediaStats;
  /** Ends the stream and closes the socket. What was received can still be read. */
  close(code?: number, reason?: string): void;
}
