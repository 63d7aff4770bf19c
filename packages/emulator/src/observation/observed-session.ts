import type { IncomingHttpHeaders } from "node:http";
import type { Parameters } from "../session/parameters.ts";

/** The request for a session. Headers and query are the client's, including credentials. */
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
  /** The text as JSON; `undefined` if it is not JSON. */
  readonly json: unknown;
}

export interface ObservedAudio {
  readonly kind: "audio";
  readonly direction: "in";
  /** Milliseconds since the Unix epoch, by the emulator's clock. */
  readonly at: number;
  readonly bytes: number;
  /** Absent for compressed audio, and if the session's parameters were not accepted. */
  readonly durationMs?: number;
}

/** The audio that a session received. */
export interface AudioAccount {
  readonly messages: number;
  readonly bytes: number;
  /** Audio received, in ms: by the declared rate, or as decoded if it is compressed. */
  readonly receivedMs: number;
  /** The longest wait between two audio messages, in ms by the emulator's clock. */
  readonly longestGapMs: number;
}

/** How a session ended, as the server saw it. */
export interface SessionEnd {
  /** The close code; 1006 without a close frame, 0 if the session never reached HTTP 101. */
  readonly code: number;
  readonly reason: string;
}

export type SessionState = "connecting" | "open" | "ended";

/** A session as tests see it: live, read-only. */
export interface ObservedSession {
  /** The session's index among all requests, from 0, including refused ones. */
  readonly index: number;
  readonly handshake: Handshake;
  readonly state: SessionState;
  /** The id of `Begin`. */
  readonly id: string | undefined;
  /** The current settings; absent before they were accepted. */
  readonly parameters: Parameters | undefined;
  /** All messages, including audio, as far as the emulator's `history` reaches. */
  readonly messages: readonly ObservedMessage[];
  /** How many of the oldest messages are no longer in `messages`, because the emulator's `history` is full. */
  readonly forgotten: number;
  readonly audio: AudioAccount;
  /**
   * What the service would bill: whole seconds between `Begin` and `Termination`, or the end of the connection without one. 0
   * before `Begin`; grows while the session is open, with or without audio.
   */
  readonly billedSeconds: number;
  /** JSON messages of the server, in order. */
  readonly sent: readonly unknown[];
  /** JSON messages of the client, in order, without audio. */
  readonly received: readonly unknown[];
  /** Resolves when the connection is gone; never rejects. */
  readonly ended: Promise<SessionEnd>;
  /** All audio bytes received, in order. @throws Error unless the emulator was started with `record: true`. */
  recordedAudio(): Uint8Array;
}
