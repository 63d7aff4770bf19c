import type { IncomingHttpHeaders } from "node:http";
import type { Parameters } from "../session/parameters.ts";

/** The request that asked for a session. Headers and query hold what the client sent, credentials included. */
export interface Handshake {
  /** Path and query, as requested. */
  readonly url: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: Readonly<IncomingHttpHeaders>;
}

/** One message of a session, in the order of sending or arrival. */
export type ObservedMessage = ObservedText | ObservedAudio;

export interface ObservedText {
  readonly kind: "text";
  readonly direction: "in" | "out";
  /** Milliseconds since the Unix epoch, by the emulator's clock. */
  readonly at: number;
  readonly text: string;
  /** The text as JSON; `undefined` where it is none. */
  readonly json: unknown;
}

export interface ObservedAudio {
  readonly kind: "audio";
  readonly direction: "in";
  /** Milliseconds since the Unix epoch, by the emulator's clock. */
  readonly at: number;
  readonly bytes: number;
  /** Absent for compressed audio, and where the session's parameters were not accepted. */
  readonly durationMs?: number;
}

/** What audio a session received. */
export interface AudioAccount {
  readonly messages: number;
  readonly bytes: number;
  /** Audio received: by the declared rate, or as decoded where the audio is compressed. */
  readonly receivedMs: number;
  /** The longest wait between two audio messages, in ms by the emulator's clock. */
  readonly longestGapMs: number;
}

/** How a session ended, as the server saw it. */
export interface SessionEnd {
  /** The close code; 1006 where there was no close frame, 0 where the session never got as far as HTTP 101. */
  readonly code: number;
  readonly reason: string;
}

export type SessionState = "connecting" | "open" | "ended";

/** A session as tests see it: live, read-only. */
export interface ObservedSession {
  /** Counts every request for a session from 0, refused ones included. */
  readonly index: number;
  readonly handshake: Handshake;
  readonly state: SessionState;
  /** The id of `Begin`. */
  readonly id: string | undefined;
  /** The settings in force; absent until they were accepted. */
  readonly parameters: Parameters | undefined;
  /** Every message, audio included, as far as the emulator's `history` reaches. */
  readonly messages: readonly ObservedMessage[];
  /** How many messages, the oldest, `messages` no longer has, as the emulator's `history` is full. */
  readonly forgotten: number;
  readonly audio: AudioAccount;
  /**
   * What the service would bill: whole seconds between `Begin` and `Termination`, or the end of the connection without one.
   * 0 before `Begin`; grows while the session is open, whether it gets audio or not.
   */
  readonly billedSeconds: number;
  /** What was sent as JSON, in order: `messages` without audio and without what the client said. */
  readonly sent: readonly unknown[];
  /** What the client said as JSON, in order, without audio. */
  readonly received: readonly unknown[];
  /** Resolves when the connection is gone; never rejects. */
  readonly ended: Promise<SessionEnd>;
  /** Every audio byte received, in order. @throws Error unless the emulator was started with `record: true`. */
  recordedAudio(): Uint8Array;
}
