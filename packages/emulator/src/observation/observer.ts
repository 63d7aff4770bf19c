import type { Clock } from "../clock.ts";
import { Broadcast } from "./broadcast.ts";
import type { EmulatorEvent } from "./emulator-event.ts";
import type { Handshake, ObservedMessage } from "./observed-session.ts";
import { SessionRecord, type Size, sizeOf } from "./session-record.ts";

/** How much an emulator remembers. `forgotten` says of a session what it lost. */
export interface History {
  /** Sessions kept in `sessions`, 10,000 by default; the oldest that have ended go first. */
  readonly sessions?: number;
  /**
   * Messages kept over all sessions, 200,000 by default. Those of the oldest that has ended go first, then the older half
   * of the open session that has most.
   */
  readonly messages?: number;
  /** Bytes of all texts kept, 64 MiB by default; what goes first is the same. */
  readonly bytes?: number;
}

/** What is left when room is made, of what there may be: room for one more message would have to be made for each. */
const leftOver = 7 / 8;

/** Keeps what tests look at, within bounds. */
export class Observer {
  readonly clock: Clock;
  readonly record: boolean;
  readonly events = new Broadcast<EmulatorEvent>();
  readonly sessions: SessionRecord[] = [];
  readonly #mostSessions: number;
  readonly #most: Size;
  #count = 0;
  #messages = 0;
  #bytes = 0;
  /** Of sessions that are no longer kept. */
  #billedSeconds = 0;

  constructor(clock: Clock, record: boolean, history: History) {
    this.clock = clock;
    this.record = record;
    this.#mostSessions = history.sessions ?? 10_000;
    this.#most = { messages: history.messages ?? 200_000, bytes: history.bytes ?? 64 * 1_048_576 };
  }

  /** Of all sessions so far. */
  get billedSeconds(): number {
    return this.sessions.reduce((sum, session) => sum + session.billedSeconds, this.#billedSeconds);
  }

  connected(handshake: Handshake): SessionRecord {
    const session = new SessionRecord(this.#count++, handshake, this);
    this.sessions.push(session);
    if (this.sessions.length > this.#mostSessions) {
      const oldest = this.sessions.findIndex(({ state }) => state === "ended");
      for (const gone of oldest === -1 ? [] : this.sessions.splice(oldest, 1)) {
        this.#billedSeconds += gone.billedSeconds;
        this.#letGo(gone, gone.messages.length);
      }
    }
    this.events.send({ type: "connected", session });
    return session;
  }

  /** Makes room, in large steps, when more than the bounds was kept. */
  kept(message: ObservedMessage): void {
    this.#messages++;
    this.#bytes += sizeOf(message);
    if (!this.#exceeds(1)) return;
    for (const session of this.sessions) {
      if (!this.#exceeds(leftOver)) return;
      if (session.state === "ended") this.#letGo(session, session.messages.length);
    }
    while (this.#exceeds(leftOver)) {
      const longest = this.sessions.reduce((most, next) => (next.messages.length > most.messages.length ? next : most));
      if (longest.messages.length === 0) return;
      this.#letGo(longest, Math.ceil(longest.messages.length / 2));
    }
  }

  #exceeds(share: number): boolean {
    return this.#messages > this.#most.messages * share || this.#bytes > this.#most.bytes * share;
  }

  #letGo(session: SessionRecord, count: number): void {
    const { messages, bytes } = session.forget(count);
    this.#messages -= messages;
    this.#bytes -= bytes;
  }
}
