import type { Attempt } from "../protocol/close-codes.ts";
import type { BeginEvent, TerminationEvent } from "../protocol/messages.ts";
import type { ConnectionTimeline } from "../session/connection-timeline.ts";
import type { HandoverPlan } from "../session/handover.ts";
import type { TerminationWait } from "../session/termination-wait.ts";
import type { Liveness } from "./liveness.ts";

/**
 * How far a connection has come: until Begin, carrying audio, Terminate sent, closing handshake started. One that is gone is
 * no longer among the session's connections.
 */
export type Stage = "connecting" | "open" | "terminating" | "closing";

/** `current` carries the audio; `spare` is ready to replace it; `retired` was replaced and finishes its turns. */
export type Role = "spare" | "current" | "retired";

/** A deadline that is seen this late: the thread was held up, the machine slept, or the page is hidden. */
const heldUpMs = 100;
/** How long what came in meanwhile may take to be read. */
const readingMs = 1000;

/** One connection attempt, as data. Only the session changes it; only the driver knows its socket. */
export class Connection {
  /** Counts from 1 over the whole session. */
  readonly attempt: number;
  role: Role;
  stage: Stage = "connecting";
  /** The host it leads to, for messages. */
  host: string;
  /** How it was asked for, for messages. */
  request: Attempt;
  /** Whether the WebSocket handshake has succeeded. */
  handshaken = false;
  begin: BeginEvent | undefined;
  termination: TerminationEvent | undefined;
  /** What the service said when it ended it: code 0 if it gave none, and the close frame brings that. */
  refusal: { readonly code: number; readonly text: string } | undefined;
  /** Its share of the session's timeline, from the moment it carries audio. */
  timeline: ConnectionTimeline | undefined;
  /** Watches the peer from Begin until the closing handshake. */
  liveness: Liveness | undefined;
  /** When to replace it. */
  handover: HandoverPlan | undefined;
  /** From Terminate on, for the one that is current then. */
  wait: TerminationWait | undefined;
  #deadline: number;
  #readUntil = 0;

  constructor(attempt: number, role: Role, deadline: number, host: string, request: Attempt) {
    this.attempt = attempt;
    this.role = role;
    this.#deadline = deadline;
    this.host = host;
    this.request = request;
  }

  /** When its stage has lasted too long. What happens then depends on stage and role. */
  get deadline(): number {
    return Math.max(this.#readUntil, this.stage === "terminating" && this.wait ? this.wait.dueAt : this.#deadline);
  }

  set deadline(at: number) {
    this.#deadline = at;
  }

  /**
   * Whether its stage has lasted too long. If the deadline of a wait for the peer is seen late, what came in meanwhile is read
   * first; once, so that the wait ends.
   */
  late(now: number): boolean {
    if (this.stage !== "open" && !this.#readUntil && now - this.deadline > heldUpMs) this.#readUntil = now + readingMs;
    return this.deadline <= now;
  }

  /** When to look for signs of life. */
  get checkAt(): number {
    return this.liveness?.checkAt ?? Number.POSITIVE_INFINITY;
  }
}
