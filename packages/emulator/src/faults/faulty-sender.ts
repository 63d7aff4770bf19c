import type { Connection } from "../connection/connection.ts";
import type { SessionRecord } from "../observation/session-record.ts";
import type { ServerMessage } from "../session/wire.ts";
import type { SessionAction } from "./fault.ts";
import { applyFault, type Quirks, withUnknownFields } from "./fault-actions.ts";
import type { FaultWatch, Point } from "./fault-plan.ts";

/** What a sender asks of its session. */
export interface FaultySenderOwner {
  /** Ends the session with a Termination, unasked. */
  expire(): void;
  /** Applying a fault threw. */
  failed(error: unknown): void;
  /** The connection is being closed: nothing more goes out. */
  ended(): void;
}

/** Sends one session's messages and its close frame, and applies the faults that are due on the way. */
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

  /** Whether the session keeps its Termination to itself. */
  get withholdsTermination(): boolean {
    return this.#quirks.noTermination;
  }

  /** Whether a token that has opened a session before opens no other. */
  get refusesUsedToken(): boolean {
    return this.#quirks.refusesUsedToken;
  }

  /** Whether what is not needed should be left out: the client does not read. */
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

  /** Lets nothing more out, and nothing more go wrong. */
  end(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#owner.ended();
  }

  /** A message of the client has been dealt with. */
  received(audioMs: number): void {
    this.#progress.messages++;
    this.#progress.audioMs += audioMs;
    this.reached("received");
  }

  /** The session has come to a point at which something may go wrong. */
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
        // It may have been a timer that came here: what nothing catches would end the process.
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
