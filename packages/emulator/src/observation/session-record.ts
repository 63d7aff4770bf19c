import type { Clock } from "../clock.ts";
import type { HandshakeAction, SessionAction } from "../faults/fault.ts";
import type { Parameters } from "../session/parameters.ts";
import type { Broadcast } from "./broadcast.ts";
import type { EmulatorEvent } from "./emulator-event.ts";
import type {
  Handshake,
  ObservedMessage,
  ObservedSession,
  ObservedText,
  SessionEnd,
  SessionState,
} from "./observed-session.ts";

/** What a record needs from its owner. */
export interface SessionKeeper {
  readonly clock: Clock;
  readonly record: boolean;
  readonly events: Broadcast<EmulatorEvent>;
  /** A message was added. */
  kept(message: ObservedMessage): void;
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
  readonly #keeper: SessionKeeper;
  #begunAt: number | undefined;
  #billedUntil: number | undefined;
  #settle: (end: SessionEnd) => void = () => {};
  #lastAudioAt: number | undefined;
  #bytes: Uint8Array[] = [];

  constructor(index: number, handshake: Handshake, keeper: SessionKeeper) {
    this.index = index;
    this.handshake = handshake;
    this.#keeper = keeper;
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
    if (!this.#keeper.record)
      throw new Error("No audio was recorded. Start the emulator with `record: true` to keep the bytes of sessions.");
    const all = new Uint8Array(this.audio.bytes);
    let offset = 0;
    for (const chunk of this.#bytes) {
      all.set(chunk, offset);
      offset += chunk.length;
    }
    return all;
  }

  get billedSeconds(): number {
    if (this.#begunAt === undefined) return 0;
    return Math.round(((this.#billedUntil ?? this.#keeper.clock.now()) - this.#begunAt) / 1_000);
  }

  begun(id: string, parameters: Parameters): void {
    this.state = "open";
    this.#begunAt = this.#keeper.clock.now();
    this.id = id;
    this.parameters = parameters;
    this.#keeper.events.send({ type: "begun", session: this });
  }

  text(direction: "in" | "out", text: string): void {
    this.#add(new TextMessage(direction, this.#keeper.clock.now(), text));
  }

  heard(bytes: Uint8Array, durationMs: number | undefined): void {
    const at = this.#keeper.clock.now();
    this.audio.messages++;
    this.audio.bytes += bytes.length;
    this.audio.receivedMs += durationMs ?? 0;
    if (this.#lastAudioAt !== undefined)
      this.audio.longestGapMs = Math.max(this.audio.longestGapMs, at - this.#lastAudioAt);
    this.#lastAudioAt = at;
    if (this.#keeper.record) this.#bytes.push(bytes.slice());
    const duration = durationMs === undefined ? {} : { durationMs };
    this.#add({ kind: "audio", direction: "in", at, bytes: bytes.length, ...duration });
  }

  /** The duration of compressed audio is known only now. */
  audioDecoded(durationMs: number): void {
    this.audio.receivedMs += durationMs;
  }

  /** The service bills until here. */
  terminated(): void {
    this.#billedUntil ??= this.#keeper.clock.now();
  }

  fault(fault: HandshakeAction | SessionAction): void {
    this.#keeper.events.send({ type: "fault", session: this, fault });
  }

  end(code: number, reason: string): void {
    if (this.state === "ended") return;
    this.state = "ended";
    this.terminated();
    const end = { code, reason };
    this.#settle(end);
    this.#keeper.events.send({ type: "ended", session: this, end });
  }

  /** Drops its oldest messages. Returns their size. */
  forget(count: number): Size {
    const gone = this.messages.splice(0, count);
    this.forgotten += gone.length;
    return { messages: gone.length, bytes: gone.reduce((sum, message) => sum + sizeOf(message), 0) };
  }

  #add(message: ObservedMessage): void {
    this.messages.push(message);
    this.#keeper.kept(message);
    this.#keeper.events.send({ type: "message", session: this, message });
  }

  #texts(direction: "in" | "out"): unknown[] {
    return this.messages.flatMap((message) =>
      message.kind === "text" && message.direction === direction ? [message.json ?? message.text] : [],
    );
  }
}

export interface Size {
  readonly messages: number;
  readonly bytes: number;
}

/** Audio bytes are not kept. */
export function sizeOf(message: ObservedMessage): number {
  return message.kind === "text" ? Buffer.byteLength(message.text) : 0;
}

/** Parses its text on first access: most messages are never read. */
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
