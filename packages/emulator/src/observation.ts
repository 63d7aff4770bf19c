import type { IncomingHttpHeaders } from "node:http";
import { Broadcast } from "./broadcast.ts";
import type { Clock } from "./clock.ts";
import type { HandshakeAction, SessionAction } from "./fault.ts";
import type { Parameters } from "./parameters.ts";

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

/** What happens on an emulator, in order. */
export type EmulatorEvent =
  | { readonly type: "connected"; readonly session: ObservedSession }
  | { readonly type: "begun"; readonly session: ObservedSession }
  | { readonly type: "message"; readonly session: ObservedSession; readonly message: ObservedMessage }
  | { readonly type: "fault"; readonly session: ObservedSession; readonly fault: HandshakeAction | SessionAction }
  | { readonly type: "ended"; readonly session: ObservedSession; readonly end: SessionEnd }
  | { readonly type: "token"; readonly status: number };

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
  /** What was sent as JSON, in order: `messages` without audio and without what the client said. */
  readonly sent: readonly unknown[];
  /** What the client said as JSON, in order, without audio. */
  readonly received: readonly unknown[];
  /** Resolves when the connection is gone; never rejects. */
  readonly ended: Promise<SessionEnd>;
  /** Every audio byte received, in order. @throws Error unless the emulator was started with `record: true`. */
  recordedAudio(): Uint8Array;
}

/** The writing side of an `ObservedSession`. */
export class SessionRecord implements ObservedSession {
  readonly index: number;
  readonly handshake: Handshake;
  readonly messages: ObservedMessage[] = [];
  readonly ended: Promise<SessionEnd>;
  readonly audio = { messages: 0, bytes: 0, receivedMs: 0, longestGapMs: 0 };
  state: SessionState = "connecting";
  forgotten = 0;
  id: string | undefined;
  parameters: Parameters | undefined;
  readonly #observer: Observer;
  #settle: (end: SessionEnd) => void = () => {};
  #lastAudioAt: number | undefined;
  #bytes: Uint8Array[] = [];

  constructor(index: number, handshake: Handshake, observer: Observer) {
    this.index = index;
    this.handshake = handshake;
    this.#observer = observer;
    this.ended = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  get sent(): unknown[] {
    return this.#texts("out");
  }

  get received(): unknown[] {
    return this.#texts("in");
  }

  recordedAudio(): Uint8Array {
    if (!this.#observer.record)
      throw new Error("No audio was recorded. Start the emulator with `record: true` to keep the bytes of sessions.");
    const all = new Uint8Array(this.audio.bytes);
    let offset = 0;
    for (const chunk of this.#bytes) {
      all.set(chunk, offset);
      offset += chunk.length;
    }
    return all;
  }

  begun(id: string, parameters: Parameters): void {
    this.state = "open";
    this.id = id;
    this.parameters = parameters;
    this.#observer.events.send({ type: "begun", session: this });
  }

  text(direction: "in" | "out", text: string): void {
    this.#add(new TextMessage(direction, this.#observer.clock.now(), text));
  }

  heard(bytes: Uint8Array, durationMs: number | undefined): void {
    const at = this.#observer.clock.now();
    this.audio.messages++;
    this.audio.bytes += bytes.length;
    this.audio.receivedMs += durationMs ?? 0;
    if (this.#lastAudioAt !== undefined)
      this.audio.longestGapMs = Math.max(this.audio.longestGapMs, at - this.#lastAudioAt);
    this.#lastAudioAt = at;
    if (this.#observer.record) this.#bytes.push(bytes.slice());
    const duration = durationMs === undefined ? {} : { durationMs };
    this.#add({ kind: "audio", direction: "in", at, bytes: bytes.length, ...duration });
  }

  /** Compressed audio tells its duration only now. */
  audioDecoded(durationMs: number): void {
    this.audio.receivedMs += durationMs;
  }

  fault(fault: HandshakeAction | SessionAction): void {
    this.#observer.events.send({ type: "fault", session: this, fault });
  }

  end(code: number, reason: string): void {
    if (this.state === "ended") return;
    this.state = "ended";
    const end = { code, reason };
    this.#settle(end);
    this.#observer.events.send({ type: "ended", session: this, end });
  }

  /** Lets go of its oldest messages. Returns the size of what went. */
  forget(count: number): Size {
    const gone = this.messages.splice(0, count);
    this.forgotten += gone.length;
    return { messages: gone.length, bytes: gone.reduce((sum, message) => sum + sizeOf(message), 0) };
  }

  #add(message: ObservedMessage): void {
    this.messages.push(message);
    this.#observer.kept(message);
    this.#observer.events.send({ type: "message", session: this, message });
  }

  #texts(direction: "in" | "out"): unknown[] {
    return this.messages.flatMap((message) =>
      message.kind === "text" && message.direction === direction ? [message.json ?? message.text] : [],
    );
  }
}

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

interface Size {
  readonly messages: number;
  readonly bytes: number;
}

/** Audio itself is not among what is kept. */
function sizeOf(message: ObservedMessage): number {
  return message.kind === "text" ? Buffer.byteLength(message.text) : 0;
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

  constructor(clock: Clock, record: boolean, history: History) {
    this.clock = clock;
    this.record = record;
    this.#mostSessions = history.sessions ?? 10_000;
    this.#most = { messages: history.messages ?? 200_000, bytes: history.bytes ?? 64 * 1_048_576 };
  }

  connected(handshake: Handshake): SessionRecord {
    const session = new SessionRecord(this.#count++, handshake, this);
    this.sessions.push(session);
    if (this.sessions.length > this.#mostSessions) {
      const oldest = this.sessions.findIndex(({ state }) => state === "ended");
      for (const gone of oldest === -1 ? [] : this.sessions.splice(oldest, 1)) this.#letGo(gone, gone.messages.length);
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

/** Parses its text only for those who ask: most messages are never looked at. */
class TextMessage implements ObservedText {
  readonly kind = "text";
  readonly direction: "in" | "out";
  readonly at: number;
  readonly text: string;

  constructor(direction: "in" | "out", at: number, text: string) {
    this.direction = direction;
    this.at = at;
    this.text = text;
  }

  get json(): unknown {
    try {
      return JSON.parse(this.text);
    } catch {
      return undefined;
    }
  }
}
