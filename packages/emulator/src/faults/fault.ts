import type { ObservedSession } from "../observation/observed-session.ts";

/**
 * Something that goes wrong on purpose: `do` happens when `when` is reached, in the sessions that `session` picks.
 *
 * ```ts
 * faults: [
 *   { when: "connect", do: { refuse: 503 }, times: 2 },          // the first two attempts
 *   { when: { audioMs: 1200 }, do: "drop", session: 0 },         // after 1.2 s of audio
 *   { when: "terminate", do: "no-termination" },                 // in every session
 *   { when: "token", do: { refuse: 500 }, times: 1 },            // the first request for a token
 *   { when: "connect", do: "drop", chance: 0.2, seed: 7 },       // every fifth attempt, always the same ones
 * ]
 * ```
 *
 * Within a session each fault happens once.
 */
export type Fault = (FaultScope & (HandshakeFault | SessionFault)) | TokenFault;

export type SessionChoice = (session: ObservedSession) => boolean;

interface Odds {
  /** How often at most, over all sessions. */
  readonly times?: number;
  /** In each session, or for each request for a token, with this probability, 0–1; always where absent. */
  readonly chance?: number;
  /** The same seed gives the same draw for session, or request, `n`; 0 where absent. */
  readonly seed?: number;
}

interface FaultScope extends Odds {
  /** The session's index, or a choice among sessions; every session where absent. */
  readonly session?: number | SessionChoice;
}

/** A request for a token goes wrong; each one, or the first `times`. */
interface TokenFault extends Odds {
  readonly when: "token";
  readonly do: HandshakeAction;
}

interface HandshakeFault {
  /** The request has come, HTTP 101 has not been sent. */
  readonly when: "connect";
  readonly do: HandshakeAction;
}

interface SessionFault {
  readonly when: Moment;
  readonly do: SessionAction;
}

/** When, from HTTP 101 on. */
export type Moment =
  /** HTTP 101 has been sent, `Begin` has not. */
  | "open"
  /** `Begin` has been sent. */
  | "begin"
  /** The first partial, or the first final, has been sent. */
  | "partial"
  | "final"
  /** `Terminate` has come and has not been acted on. */
  | "terminate"
  /** This many have been sent. */
  | { readonly partials: number }
  | { readonly finals: number }
  /** This many ms of audio have been received in the session. */
  | { readonly audioMs: number }
  /** This many messages have been received in the session, audio included. */
  | { readonly messages: number }
  /** This many ms after HTTP 101, by the emulator's clock. */
  | { readonly afterMs: number }
  /** With this probability (0–1) at each message received; the same `seed` gives the same draws in session `n`. */
  | { readonly chance: number; readonly seed?: number };

export type HandshakeAction =
  /** Never answers. */
  | "hang"
  /** Ends the TCP connection, by FIN or by RST. */
  | "drop"
  | "reset"
  /**
   * Answers with this HTTP status instead of 101. Headers that say how the body is sent (`content-length`, `connection`,
   * `transfer-encoding`, …) are the server's own.
   */
  | { readonly refuse: number; readonly body?: string; readonly headers?: Readonly<Record<string, string>> }
  /** Answers this many ms late. */
  | { readonly delay: number };

export type SessionAction =
  /** Ends the TCP connection without a close frame, by FIN or by RST. */
  | "drop"
  | "reset"
  /** Says nothing more, but reads, and answers pings until `Terminate`. At `open`: no `Begin`. */
  | "hang"
  /** Reads nothing more from the socket; what the server has to say is still sent. */
  | "stall"
  /** Keeps TCP open and never answers again, not even a ping or a close frame. */
  | "half-open"
  /** Acts on `Terminate`, but sends neither `Termination` nor a close frame. */
  | "no-termination"
  /**
   * Refuses the session's token where it has opened a session before, as `oneTimeTokens` does. At `open` only: later the
   * token has been looked at.
   */
  | "refuse-used-token"
  /** Refuses the session as one too many: Error and close 1008, as beyond the service's limit of new sessions in a minute. */
  | "too-many-sessions"
  /** Sends the next final a second time, word for word. */
  | "duplicate-final"
  /** Adds fields nobody knows to every message from now on. */
  | "unknown-fields"
  /** Sends text that is not JSON. */
  | "invalid-json"
  /** Sends a message of a type nobody knows. */
  | "unknown-message"
  /** Sends a Turn whose fields have the wrong types. */
  | "schema-violation"
  /** Ends the session unasked, as expiry does: a `Termination`, then close 1000. The other form is `{ error: 3008 }`. */
  | "expire"
  /**
   * Closes with a close frame that has this code: any, also those that nobody should send, which clients take for a broken
   * frame. 1005 is a close frame without a code. 1006, which means no close frame, is refused: that is `"drop"`.
   */
  | { readonly close: number; readonly reason?: string }
  /**
   * Sends an Error message, with its `type` by default, and closes with its code by default: any code
   * that `close` takes.
   */
  | {
      readonly error: number;
      readonly text?: string;
      /** Whether the message has `type: "Error"`; older servers leave it out. */
      readonly typed?: boolean;
      /** `false`: the connection stays open. A number: that close code. */
      readonly close?: boolean | number;
    }
  /** Sends this text, or this value as JSON. */
  | { readonly send: unknown }
  /** Does nothing for this many ms, then continues. At `open`: `Begin` is late. */
  | { readonly delay: number }
  /** As `stall`, for this many ms. */
  | { readonly stall: number }
  /** Sends everything from now on in fragments of this many bytes, one each `everyMs`. */
  | { readonly drip: number; readonly everyMs: number };
