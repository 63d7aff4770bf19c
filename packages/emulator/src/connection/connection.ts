import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import type { Cancel, Clock } from "../clock.ts";
import { closeFrame, mayBeSent } from "./close-frame.ts";
import { Outbox } from "./outbox.ts";
import { resetSocket } from "./reset-socket.ts";

/** Bytes that may wait for a client that does not read, before the server stops reading from it. */
const mostUnread = 1_048_576;
const fewUnread = 65_536;

/** What a client has to answer a close frame that `ws` did not send, in ms. */
const closeTimeoutMs = 30_000;

/** What a client has to end a connection that was dropped, in ms. */
const dropTimeoutMs = 1000;

/** How often a client that is not read from is tried, in ms of the machine's time: it is the machine's sockets that break. */
const probeEveryMs = 1_000;

type PauseReason = "backlog" | "busy" | "engine" | "stall" | "delay";

/** What a connection reports to its session. */
export interface ConnectionListener {
  /** A text, or the bytes of a binary message. */
  message(message: string | Uint8Array): void;
  /** Reading goes on after a pause: what came meanwhile comes now. */
  resumed(): void;
  /** Called exactly once; 1006 if no close frame came. */
  closed(code: number, reason: string): void;
}

/** A WebSocket as the server side uses it, with the ways in which it can misbehave. */
export class Connection {
  readonly #ws: WebSocket;
  readonly #socket: Duplex;
  readonly #clock: Clock;
  readonly #outbox: Outbox;
  readonly #paused = new Set<PauseReason>();
  readonly #timers = new Set<Cancel>();
  #listener: ConnectionListener | undefined;
  #silent = false;
  #probe: NodeJS.Timeout | undefined;
  #delays = 0;
  #closing = false;

  /** @param socket the stream below `ws` */
  constructor(ws: WebSocket, socket: Duplex, clock: Clock) {
    this.#ws = ws;
    this.#socket = socket;
    this.#clock = clock;
    this.#outbox = new Outbox(ws, clock, (code, reason) => this.#sendClose(code, reason));
  }

  listen(listener: ConnectionListener): void {
    const ws = this.#ws;
    this.#listener = listener;
    ws.on("message", (data, isBinary) => {
      if (this.#silent) return;
      const bytes = bytesOf(data);
      listener.message(isBinary ? bytes : new TextDecoder().decode(bytes));
    });
    ws.on("ping", (data) => {
      // A pong takes memory until it is read, as a message does.
      if (this.#silent || this.#closing || this.congested) return;
      ws.pong(data, false, (error) => {
        if (!error) this.#left();
      });
      this.#waits();
    });
    ws.on("close", (code, reason) => {
      this.#outbox.mute();
      for (const cancel of this.#timers) cancel();
      clearInterval(this.#probe);
      listener.closed(code, reason.toString());
    });
    // What goes wrong on the wire ends in "close", with its code.
    ws.on("error", () => {});
  }

  /** Whether what the client sends is read. */
  get reading(): boolean {
    return this.#paused.size === 0;
  }

  /** Whether the client does not read what is sent: what can be left out should be. */
  get congested(): boolean {
    return this.#paused.has("backlog");
  }

  /** @param handed called once the socket has it, whole */
  send(text: string, handed: () => void): void {
    if (this.#closing) return;
    this.#outbox.send(text, { handed, left: () => this.#left() });
    this.#waits();
  }

  /** Stops reading from the client until each reason to has been withdrawn. */
  pause(reason: PauseReason): void {
    this.#paused.add(reason);
    if (this.#closing) return;
    this.#ws.pause();
    this.#probe ??= setInterval(() => this.#tryClient(), probeEveryMs).unref();
  }

  resume(reason: PauseReason): void {
    if (!this.#paused.delete(reason) || this.#paused.size > 0) return;
    clearInterval(this.#probe);
    this.#probe = undefined;
    this.#ws.resume();
    this.#listener?.resumed();
  }

  /** Closes with a close frame and ignores later messages. A mute connection stays open and answers nothing, not even pings. */
  close(code: number, reason: string): void {
    if (this.#closing) return;
    this.#closing = true;
    this.#outbox.close(code, reason);
    if (!this.#paused.has("stall")) this.#ws.resume();
  }

  /**
   * Ends the TCP connection without a close frame. What has been sent still arrives, where the client reads: what comes
   * meanwhile is read and discarded, since to close over unread bytes is a reset, which can overtake what was sent.
   */
  drop(): void {
    const { bufferedAmount } = this.#ws;
    this.#silent = true;
    this.#outbox.mute();
    if (bufferedAmount >= fewUnread) return void this.#socket.destroy();
    this.#discard();
    this.#socket.end();
    this.#after(dropTimeoutMs, () => this.#socket.destroy());
  }

  /** As `drop`, by a TCP reset. */
  reset(): void {
    this.#silent = true;
    this.#outbox.mute();
    resetSocket(this.#socket);
  }

  /** Stops reading, for `ms` or forever. */
  stall(ms?: number): void {
    this.pause("stall");
    if (ms !== undefined) this.#after(ms, () => this.resume("stall"));
  }

  /** Neither reads nor sends for `ms`. */
  delay(ms: number): void {
    this.pause("delay");
    this.#delays++;
    this.#outbox.hold();
    this.#after(ms, () => {
      if (--this.#delays > 0) return;
      this.resume("delay");
      this.#outbox.release();
    });
  }

  /** From now on sends fragments of `size` bytes, one each `everyMs`. */
  drip(size: number, everyMs: number): void {
    this.#outbox.drip(size, everyMs);
  }

  /** Says nothing more, but reads and answers pings and a close frame. */
  mute(): void {
    this.#outbox.mute();
  }

  /** Keeps the connection open but never answers again: no message, no ping, no close frame. */
  halfOpen(): void {
    this.#silent = true;
    this.#outbox.mute();
    this.#discard();
  }

  /** A client that has gone is noticed by reading, or else by a write that fails. */
  #tryClient(): void {
    if (!this.#silent && !this.#closing && !this.congested) this.#ws.ping();
  }

  #waits(): void {
    if (this.#outbox.waiting > mostUnread) this.pause("backlog");
  }

  #left(): void {
    if (this.#outbox.waiting < fewUnread) this.resume("backlog");
  }

  #discard(): void {
    this.#socket.removeAllListeners("data");
    this.#socket.removeAllListeners("end");
    this.#socket.on("data", () => {});
    this.#socket.on("end", () => this.#socket.destroy());
    this.#socket.resume();
  }

  #sendClose(code: number, reason: string): void {
    if (mayBeSent(code)) this.#ws.close(code, reason);
    else if (code === 1_005) this.#ws.close();
    else {
      this.#socket.write(closeFrame(code, reason));
      this.#after(closeTimeoutMs, () => this.#ws.terminate());
    }
  }

  #after(ms: number, run: () => void): void {
    const cancel = this.#clock.after(ms, () => {
      this.#timers.delete(cancel);
      run();
    });
    this.#timers.add(cancel);
  }
}

function bytesOf(data: Buffer | ArrayBuffer | Buffer[]): Uint8Array {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data;
}
