import type { Connection } from "../../src/connection/connection.ts";
import type { Effect } from "../../src/session/connections.ts";

/** Mu-law at 8 kHz. */
export const bytesPerMs = 8;
/** Every ms of the source has a byte of its own, more or less; silence, which pads messages, is 255. */
export const mark = (ms: number) => ms % 251;
const silence = 255;

/** Bytes beyond which no more audio goes into a socket. */
const socketBuffer = 64 * 1024;

/** A stretch of audio as the service got it: it lies at `wire` ms of the connection, and at `source` ms of the source. */
interface Stretch {
  readonly wire: number;
  readonly source: number;
  readonly ms: number;
}

/** What the service knows of one connection, and what was done with its socket. Its methods fail when the session does wrong. */
export class Line {
  readonly connection: Connection;
  /** Audio that came, padding included, in ms. */
  wireMs = 0;
  /** Where in the source the next audio must lie. */
  sourceMs = 0;
  /** Bytes that the socket holds. */
  buffered = 0;
  stalled = false;
  begun = false;
  carriesAudio = false;
  terminateCame = false;
  terminationSent = false;
  closing = false;
  destroyed = false;
  /** A pong came after Terminate: what ends the connection from now on has read Terminate. */
  ponged = false;
  /** The service has sent words up to here, in wire ms, and of turns up to this one. */
  toldMs = 0;
  turn = 0;
  turnOpen = false;
  readonly #configuration: Record<string, unknown>;
  /** The configuration that it has to get first. */
  #owed: string | undefined;
  readonly #stretches: Stretch[] = [];

  /** @param configuration what was configured on all connections so far. */
  constructor(connection: Connection, configuration: Record<string, unknown>) {
    this.connection = connection;
    this.#configuration = configuration;
  }

  /** It takes over: its first audio lies at `sourceMs`. */
  takeOver(sourceMs: number): void {
    this.carriesAudio = true;
    this.sourceMs = sourceMs;
    if (Object.keys(this.#configuration).length > 0) this.#owed = asMessage(this.#configuration);
  }

  drain(): void {
    this.stalled = false;
    this.buffered = 0;
  }

  /** Where in the source a time of this connection lies. */
  inSource(wireMs: number): number {
    let at = this.#stretches[0]?.source ?? this.sourceMs;
    for (const { wire, source, ms } of this.#stretches) {
      if (wire > wireMs) break;
      at = source + Math.min(ms, wireMs - wire);
    }
    return at;
  }

  /** The last wire ms between two that lies at or before `sourceMs`; the first one if there is none. */
  lastAt(sourceMs: number, first: number, last: number): number {
    let [at, after] = [first, last];
    while (after - at > 1) {
      const middle = Math.floor((at + after) / 2);
      if (this.inSource(middle) <= sourceMs) at = middle;
      else after = middle;
    }
    return at;
  }

  do(effect: Effect): void {
    if (this.destroyed) throw new Error(`${effect.do} for a connection that is gone`);
    switch (effect.do) {
      case "open":
        throw new Error("Opened twice");
      case "destroy":
        this.destroyed = true;
        break;
      case "close":
        if (this.closing) throw new Error("Closed twice");
        this.closing = true;
        break;
      case "ping":
        break;
      case "send":
        this.#receive(effect.data);
    }
  }

  #receive(data: string | Uint8Array): void {
    if (!this.begun || !this.carriesAudio) throw new Error("Sent on a connection that does not carry audio");
    if (this.closing) throw new Error("Sent on a connection that is closing");
    if (this.terminateCame) throw new Error("Sent after Terminate");
    if (this.#owed !== undefined && data !== this.#owed) throw new Error("The configuration is not sent again");
    this.#owed = undefined;
    if (typeof data !== "string" && this.buffered > socketBuffer) throw new Error("A full socket is filled on");
    if (this.stalled) this.buffered += data.length;
    if (typeof data !== "string") return this.#hear(data);
    const { type, ...parameters }: Record<string, unknown> = JSON.parse(data);
    if (type === "Terminate") this.terminateCame = true;
    if (type === "UpdateConfiguration") Object.assign(this.#configuration, parameters);
  }

  #hear(bytes: Uint8Array): void {
    if (bytes.length < 50 * bytesPerMs || bytes.length > 1000 * bytesPerMs)
      throw new Error(`A message of ${bytes.length} bytes`);
    let audio = bytes.length;
    while (audio > 0 && bytes[audio - 1] === silence) audio--;
    const ms = audio / bytesPerMs;
    for (const at of [0, audio - bytesPerMs])
      if (ms > 0 && bytes[at] !== mark(this.sourceMs + at / bytesPerMs))
        throw new Error(`Audio of another place at ${this.sourceMs} ms of the source`);
    this.#stretches.push({ wire: this.wireMs, source: this.sourceMs, ms });
    this.wireMs += bytes.length / bytesPerMs;
    this.sourceMs += ms;
  }
}

function asMessage(configuration: object): string {
  return JSON.stringify({ type: "UpdateConfiguration", ...configuration });
}
