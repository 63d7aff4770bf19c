import type { Connection } from "../connection/connection.ts";
import type { SessionRecord } from "../observation/session-record.ts";
import type { ServerMessage } from "../session/wire.ts";
import type { SessionAction } from "./fault.ts";
import { applyFault, type Quirks, withUnknownFields } from "./fault-actions.ts";
import type { FaultWatch, Point } from "./fault-plan.ts";

/** The actions of a session that a sender needs. */
export interface FaultySenderOwner {
  /** Ends the session with an unrequested Termination. */
  expire(): void;
  /** Applying a fault threw. */
  failed(error: unknown): void;
  /** The connection is closing: nothing more is sent. */
  ended(): void;
}

/** Sends one session's messages and its close frame, and applies the faults that are due. */
export class FaultySender {
  readonly #connection: Connection;
  readonly #record: SessionRecord;
  readonly #faults: FaultWatch;
  readonly #owner: FaultySenderOwner;
  readonly #progress = { audioMs: 0, messages: 0, partials: 0, finals: 0 };
  readonly #quirks: Quirks = {
    noTermination: false,
    duplicateFinal: false,
    unknownFields: false,
    refusesUsedToken: false,
  };
  #closed = false;

  constructor(connection: Connection, record: SessionRecord, faults: FaultWatch, owner: FaultySenderOwner) {
    this.#connection = connection;
    this.#record = record;
    this.#faults = faults;
    this.#owner = owner;
  }

  /** Whether the session must not send its Termination. */
  get withholdsTermination(): boolean {
    return this.#quirks.noTermination;
  }

  /** Whether a used token is refused. */
  get refusesUsedToken(): boolean {
    return this.#quirks.refusesUsedToken;
  }

  /** Whether to skip unneeded messages: the client does not read. */
  get congested(): boolean {
    return this.#connection.congested;
  }

  send(message: ServerMessage): void {
    const text = JSON.stringify(this.#quirks.unknownFields ? withUnknownFields(message) : message);
    const sent = () => this.#sent(message);
    this.#sendText(text, sent);
    if (!this.#quirks.duplicateFinal || message.type !== "Turn" || !message.end_of_turn) return;
    this.#quirks.duplicateFinal = false;
    this.#sendText(text, sent);
  }

  close(code: number, reason: string): void {
    if (this.#closed) return;
    this.end();
    this.#connection.close(code, reason);
  }

  /** Stops sending, and applying faults. */
  end(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#owner.ended();
  }

  /** A message of the client has been handled. */
  received(audioMs: number): void {
    this.#progress.messages++;
    this.#progress.audioMs += audioMs;
    this.reached("received");
  }

  /** The session has reached a point at which a fault may happen. */
  reached(point: Point): void {
    this.misbehave(this.#faults.at(point, this.#progress));
  }

  misbehave(actions: readonly SessionAction[]): void {
    for (const action of actions) {
      if (this.#closed) return;
      this.#record.fault(action);
      try {
        this.#apply(action);
      } catch (error) {
        // This may run in a timer, and an uncaught error would end the process.
        this.#owner.failed(error);
      }
    }
  }

  #apply(action: SessionAction): void {
    applyFault(action, {
      connection: this.#connection,
      quirks: this.#quirks,
      sendRaw: (text) => this.#sendText(text),
      close: (code, reason) => this.close(code, reason),
      end: () => this.end(),
      expire: () => this.#owner.expire(),
    });
  }

  #sendText(text: string, sent?: () => void): void {
    if (this.#closed) return;
    this.#connection.send(text, () => {
      this.#record.text("out", text);
      sent?.();
    });
  }

  #sent(message: ServerMessage): void {
    if (message.type === "Begin") this.reached("begin");
    if (message.type !== "Turn") return;
    const kind = message.end_of_turn ? "final" : "partial";
    this.#progress[`${kind}s`]++;
    this.reached(kind);
  }
}
