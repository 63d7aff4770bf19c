import type { ObservedSession } from "../observation/observed-session.ts";

/**
 * A deliberate fault: `do` happens when `when` is reached, in the sessions that `session` selects. Within a session each fault
 * happens once.
 *
 * @example
 * faults: [
 *   { when: "connect", do: { refuse: 503 }, times: 2 },          // the first two attempts
 *   { when: { audioMs: 1200 }, do: "drop", session: 0 },         // after 1.2 s of audio
 *   { when: "terminate", do: "no-termination" },                 // in every session
 *   { when: "token", do: { refuse: 500 }, times: 1 },            // the first token request
 *   { when: "connect", do: "drop", chance: 0.2, seed: 7 },       // every fifth attempt, always the same ones
 * ]
 */
export type Fault = (FaultScope & (HandshakeFault | SessionFault)) | TokenFault;

export type SessionChoice = (session: ObservedSession) => boolean;

interface Odds {
  /**
   * How often at most, over all sessions.
   * @default no limit
   */
  readonly times?: number;
  /**
   * The probability, 0–1, in each session, or for each token request.
   * @default 1
   */
  readonly chance?: number;
  /**
   * The same seed gives the same result for session, or request, `n`.
   * @default 0
   */
  readonly seed?: number;
}

interface FaultScope extends Odds {
  /**
   * The session's index, or a function that selects sessions.
   * @default every session
   */
  readonly session?: number | SessionChoice;
}

/** A fault of token requests; of each one, or of the first `times`. */
interface TokenFault extends Odds {
  readonly when: "token";
  readonly do: HandshakeAction;
}

interface HandshakeFault {
  /** The request has arrived, HTTP 101 has not been sent. */
  readonly when: "connect";
  readonly do: HandshakeAction;
}

interface SessionFault {
  readonly when: Moment;
  readonly do: SessionAction;
}

/** A moment after HTTP 101. */
export type Moment =
  /** HTTP 101 has been sent, `Begin` has not. */
  | "open"
  /** `Begin` has been sent. */
  | "begin"
  /** The first partial, or the first final, has been sent. */
  | "partial"
  | "final"
  /** `Terminate` has arrived and was not handled yet. */
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
  /** Sends nothing more, but reads, and answers pings until `Terminate`. At `open`: no `Begin`. */
  | "hang"
  /** Stops reading from the socket; the server still sends. */
  | "stall"
  /** Keeps TCP open and never answers again, even pings or close frames. */
  | "half-open"
  /** Handles `Terminate`, but sends neither `Termination` nor a close frame. */
  | "no-termination"
  /**
   * Refuses the session's token if it has opened a session before, as `oneTimeTokens` does. At `open` only: later the token was
   * already accepted.
   */
  | "refuse-used-token"
  /** Refuses the session with Error and close 1008, as beyond the service's limit of new sessions in a minute. */
  | "too-many-sessions"
  /** Sends the next final twice. */
  | "duplicate-final"
  /** Adds unknown fields to every message from now on. */
  | "unknown-fields"
  /** Sends text that is not JSON. */
  | "invalid-json"
  /** Sends a message of an unknown type. */
  | "unknown-message"
  /** Sends a Turn whose fields have the wrong types. */
  | "schema-violation"
  /** Ends the session without a request, as expiry does: a `Termination`, then close 1000. The other form is `{ error: 3008 }`. */
  | "expire"
  /**
   * Closes with a close frame with this code: any code, also invalid ones, which clients treat as a broken frame. 1005 is a close
   * frame without a code. 1006, which means no close frame, is refused: use `"drop"`.
   */
  | { readonly close: number; readonly reason?: string }
  /**
   * Sends an Error message, with its `type` by default, and closes with its code by default: any code that `close` accepts.
   */
  | {
      readonly error: number;
      readonly text?: string;
      /** Whether the message has `type: "Error"`, which older servers leave out. */
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
