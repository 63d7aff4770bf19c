import type { Clock } from "../clock.ts";
import { Broadcast } from "./broadcast.ts";
import type { EmulatorEvent } from "./emulator-event.ts";
import type { Handshake, ObservedMessage } from "./observed-session.ts";
import { SessionRecord, type Size, sizeOf } from "./session-record.ts";

/** How much an emulator remembers. `forgotten` of a session counts what it lost. */
export interface History {
  /**
   * Sessions in `sessions`; the oldest ended ones are dropped first.
   * @default 10_000
   */
  readonly sessions?: number;
  /**
   * Messages of all sessions. Those of the oldest ended session are dropped first, then the older half of the open session with
   * the most messages.
   * @default 200_000
   */
  readonly messages?: number;
  /**
   * Bytes of all texts, with the same order of dropping.
   * @default 64 MiB
   */
  readonly bytes?: number;
}

/** The share that is kept when room is made: otherwise room would have to be made for every message. */
const leftOver = 7 / 8;

/** Keeps bounded records for tests. */
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

  /** Makes room, in large steps, when a bound is exceeded. */
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
