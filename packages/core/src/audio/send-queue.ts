import { StreamingError } from "../errors/streaming-error.ts";
import { type Pace, Pacer } from "./pacer.ts";
import { earliestPlace } from "./quietest-place.ts";
import type { AudioMessage, ReplayBuffer } from "./replay-buffer.ts";

/** Bytes that may wait in the socket: enough to keep it busy, little enough to lose to a stalled peer. */
const socketBuffer = 64 * 1024;
/** Sockets do not say when they drain, so a full one is asked again after this time. */
const drainPollMs = 20;
/** Control messages that may wait to be sent, and forced endpoints that are remembered. */
const mostControls = 256;
/** Word times are whole ms. */
const roundingMs = 1;
const never = Number.POSITIVE_INFINITY;

/** A message that keeps its place among the audio. */
export type ControlMessage =
  | { readonly type: "ForceEndpoint" | "KeepAlive" }
  | ({ readonly type: "UpdateConfiguration" } & Readonly<Record<string, unknown>>);

/** Called when a control message was sent, or never will be. */
export interface Receipt {
  resolve(): void;
  reject(error: StreamingError): void;
}

/** What was written to the session. */
export interface AudioSource {
  /** Bytes ever written. */
  readonly writtenBytes: number;
  /** Bytes of them that went into the replay buffer. */
  readonly takenBytes: number;
  /** When the bytes that were taken last were written. */
  readonly writtenAt: number;
  /** Moves audio into the buffer, up to the end of its next message. Returns false if none is here. */
  fill(buffer: ReplayBuffer): boolean;
}

export interface SendQueueListener {
  /** The source up to `endMs` is here. */
  taken(endMs: number): void;
  /** An audio message leaves, which ends at `sentMs` of the source. */
  sent(audio: AudioMessage, sentMs: number, now: number): void;
}

/** A word, in source ms. */
interface LastWord {
  readonly startMs: number;
  readonly endMs: number;
}

interface Control {
  readonly message: ControlMessage;
  readonly receipt: Receipt;
  /** Its place: bytes written before it. */
  readonly afterBytes: number;
}

/**
 * What is sent next on the current connection: audio as the connection takes it, control messages in their places, and both
 * again after a change of connection. Pure: it is asked, and never sends.
 */
export class SendQueue {
  /** Audio sent more than once, in ms. */
  replayedMs = 0;
  /** Source ms that some connection has had. */
  reachedMs = 0;
  /** Audio sent on the current connection, padding included, in ms. */
  wireMs = 0;
  /** When to ask again, if pace or a full socket holds messages back. */
  readyAt = never;
  /** The audio ends with the first `endBytes` that were written. */
  endBytes = never;
  /** Final audio that stays here for a new connection, in ms. */
  keptMs = 0;
  readonly #source: AudioSource;
  readonly #createBuffer: () => ReplayBuffer;
  /** From the first connection on. */
  #buffer: ReplayBuffer | undefined;
  readonly #pace: Pace | undefined;
  readonly #listener: SendQueueListener;
  readonly #controls: Control[] = [];
  /** All updates so far: a new connection starts with them. */
  readonly #configuration: Record<string, unknown> = {};
  /**
   * Where in the source endpoints were forced that no final turn reaches yet: replay forces them again. A final turn that ends
   * before such a place may have ended by itself, with the forced one still to come.
   */
  readonly #endpoints: number[] = [];
  /** The first of them that the current connection has not had. */
  #repeat = 0;
  /** Messages that are sent before anything else. */
  readonly #first: string[] = [];
  /** Where final turns end, and the word that ends there, unless the end was forced. */
  #settled: { readonly ms: number; readonly word?: LastWord | undefined } = { ms: 0 };
  #pacer: Pacer | undefined;
  /** Upper bound of what waits in the socket: the last reading, and the bytes sent since. */
  #mostBuffered = 0;

  /** @param createBuffer Called once, for the first connection. */
  constructor(
    source: AudioSource,
    createBuffer: () => ReplayBuffer,
    pace: Pace | undefined,
    listener: SendQueueListener,
  ) {
    this.#source = source;
    this.#createBuffer = createBuffer;
    this.#pace = pace;
    this.#listener = listener;
  }

  /** Source audio that was taken and is not sent, in ms. */
  get waitingMs(): number {
    return this.#buffer ? this.#buffer.endMs - this.#buffer.sentMs : 0;
  }

  /** Source audio that was taken, in ms. */
  get takenMs(): number {
    return this.#buffer?.endMs ?? 0;
  }

  /** Bytes that were written, count, and have not been taken. */
  get untakenBytes(): number {
    return Math.max(0, Math.min(this.#source.writtenBytes, this.endBytes) - this.#source.takenBytes);
  }

  /**
   * A new connection is the current one: it gets the audio from `settledMs` on, or from the oldest that is still here.
   * `startMs` is where it starts; what lies between is lost. `pauseMs` is where the pause behind the settled audio is, if
   * it is surely heard.
   *
   * @param earlierMs Where in the settled audio to start instead.
   */
  attach(settledMs: number, earlierMs = never) {
    this.#buffer ??= this.#createBuffer();
    const buffer = this.#buffer;
    const word = this.#settled.ms === settledMs ? this.#settled.word : undefined;
    const fromMs = word ? buffer.quietPlace(word.startMs, word.endMs) : settledMs;
    buffer.rewind(Math.min(fromMs, earlierMs));
    const startMs = buffer.sentMs;
    const replayedMs = this.reachedMs - startMs;
    this.replayedMs += replayedMs;
    this.wireMs = 0;
    this.readyAt = never;
    this.#mostBuffered = 0;
    this.#pacer = this.#pace && new Pacer(this.#pace);
    this.#repeat = this.#endpoints.filter((ms) => ms <= startMs).length;
    this.#first.length = 0;
    if (Object.keys(this.#configuration).length > 0)
      this.#first.push(JSON.stringify({ type: "UpdateConfiguration", ...this.#configuration }));
    return {
      startMs,
      // Compressed audio may have to start at an earlier packet.
      pauseMs: startMs > fromMs - 1 || earlierMs < fromMs ? fromMs : never,
      replayedMs: Math.round(replayedMs),
      lostMs: Math.max(0, Math.round(startMs - settledMs)),
    };
  }

  /** Puts a message behind all audio written so far. */
  control(message: ControlMessage, receipt: Receipt): void {
    if (this.#controls.length < mostControls)
      this.#controls.push({ message, receipt, afterBytes: this.#source.writtenBytes });
    else
      receipt.reject(
        new StreamingError("too-many-pending", `${mostControls} control messages wait to be sent. Await each call.`),
      );
  }

  /**
   * Final turns cover the source up to `ms`: audio before that will not be asked for again.
   *
   * @param lastWord The word that ends there, if there is one.
   */
  settled(ms: number, lastWord?: LastWord): void {
    // A turn that was ended on purpose ends there, also in the middle of speech.
    const forced = this.#endpoints.some((endpoint) => Math.abs(endpoint - ms) <= roundingMs);
    if (ms !== this.#settled.ms) this.#settled = { ms, word: forced ? undefined : lastWord };
    const { word } = this.#settled;
    this.#buffer?.release((word ? earliestPlace(word.startMs, word.endMs) : ms) - this.keptMs);
    while ((this.#endpoints[0] ?? never) <= ms + roundingMs) this.#forgetEndpoint();
  }

  /** Nothing will be sent any more. */
  fail(error: StreamingError): void {
    for (const { receipt } of this.#controls.splice(0)) receipt.reject(error);
  }

  /**
   * The next message of the current connection; `finished` behind the last one; undefined if nothing may leave now.
   *
   * @param buffered Bytes that wait in the socket: slow to read, so it is asked only if the socket may be full.
   */
  next(now: number, buffered: () => number): string | Uint8Array | "finished" | undefined {
    if (this.readyAt !== never && now < this.readyAt) return undefined;
    this.readyAt = never;
    const data = this.#first.shift() ?? this.#take(now, buffered);
    if (data !== undefined && data !== "finished") this.#mostBuffered += data.length;
    return data;
  }

  #take(now: number, buffered: () => number): string | Uint8Array | undefined {
    const source = this.#source;
    const buffer = this.#buffer;
    if (!buffer) return undefined;
    let control = this.#dueControl();
    let stopMs = this.#cut(control);
    while (!buffer.has(stopMs) && !control && source.takenBytes < this.endBytes) {
      if (!source.fill(buffer)) return undefined;
      this.#listener.taken(buffer.endMs);
      control = this.#dueControl();
      stopMs = this.#cut(control);
    }
    if (this.#mostBuffered > socketBuffer) this.#mostBuffered = buffered();
    const delay = this.#mostBuffered > socketBuffer ? drainPollMs : (this.#pacer?.delay(now, buffer.messageMs) ?? 0);
    if (delay > 0) {
      this.readyAt = now + delay;
      return undefined;
    }
    const audio = buffer.next(stopMs);
    if (audio) return this.#audio(audio, buffer.sentMs, now);
    if (control) return this.#deliver(control, buffer.sentMs);
    const rest = buffer.rest();
    return rest ? this.#audio(rest, buffer.sentMs, now) : "finished";
  }

  /** The first control of which all audio before it is in the buffer. */
  #dueControl(): Control | undefined {
    const control = this.#controls[0];
    return control && this.#source.takenBytes >= control.afterBytes ? control : undefined;
  }

  /** Where the next message has to end though it is not full: at an endpoint. */
  #cut(control: Control | undefined): number | undefined {
    return this.#endpoints[this.#repeat] ?? (control?.message.type === "ForceEndpoint" ? this.takenMs : undefined);
  }

  #audio(audio: AudioMessage, sentMs: number, now: number): Uint8Array {
    const lengthMs = audio.durationMs + audio.paddingMs;
    this.#pacer?.sent(now, lengthMs);
    this.wireMs += lengthMs;
    this.reachedMs = Math.max(this.reachedMs, sentMs);
    this.#listener.sent(audio, sentMs, now);
    for (; (this.#endpoints[this.#repeat] ?? never) <= sentMs; this.#repeat++)
      this.#first.push('{"type":"ForceEndpoint"}');
    return audio.bytes;
  }

  #deliver({ message, receipt }: Control, sentMs: number): string {
    this.#controls.shift();
    const { type, ...parameters } = message;
    if (type === "UpdateConfiguration") Object.assign(this.#configuration, parameters);
    if (type === "ForceEndpoint") {
      this.#repeat = this.#endpoints.push(sentMs);
      if (this.#endpoints.length > mostControls) this.#forgetEndpoint();
    }
    receipt.resolve();
    return JSON.stringify(message);
  }

  #forgetEndpoint(): void {
    this.#endpoints.shift();
    this.#repeat = Math.max(0, this.#repeat - 1);
  }
}
