import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";

/** Bytes that may wait for a client that does not read, before the server stops reading from it. */
const mostUnread = 1_048_576;
const fewUnread = 65_536;

type PauseReason = "backlog" | "busy" | "engine" | "stall" | "delay";

/** What a connection tells the session on it. */
export interface ConnectionListener {
  text(text: string): void;
  audio(bytes: Uint8Array): void;
  /** Once, whatever happened; 1006 where no close frame came. */
  closed(code: number, reason: string): void;
}

/** A WebSocket as the server side uses it, with the ways in which it can misbehave. */
export class Connection {
  readonly #ws: WebSocket;
  readonly #socket: Duplex;
  readonly #paused = new Set<PauseReason>();
  #silent = false;
  #closing = false;

  /** @param socket the stream below `ws` */
  constructor(ws: WebSocket, socket: Duplex) {
    this.#ws = ws;
    this.#socket = socket;
  }

  listen(listener: ConnectionListener): void {
    const ws = this.#ws;
    ws.on("message", (data, isBinary) => {
      if (this.#silent) return;
      const bytes = bytesOf(data);
      if (isBinary) listener.audio(bytes);
      else listener.text(new TextDecoder().decode(bytes));
    });
    ws.on("ping", (data) => {
      if (!this.#silent && !this.#closing) ws.pong(data);
    });
    ws.on("close", (code, reason) => listener.closed(code, reason.toString()));
    // What goes wrong on the wire ends in "close", with its code.
    ws.on("error", () => {});
  }

  /** Whether the client does not read what is sent: what can be left out should be. */
  get congested(): boolean {
    return this.#paused.has("backlog");
  }

  /** Sends a text. `sent` is called when it has left, which may be never. */
  send(text: string, sent?: () => void): void {
    if (this.#silent || this.#closing) return;
    this.#ws.send(text, (error) => {
      if (this.#ws.bufferedAmount < fewUnread) this.resume("backlog");
      if (error === undefined || error === null) sent?.();
    });
    if (this.#ws.bufferedAmount > mostUnread) this.pause("backlog");
  }

  /** Stops reading from the client until each reason to has been withdrawn. */
  pause(reason: PauseReason): void {
    this.#paused.add(reason);
    if (!this.#closing) this.#ws.pause();
  }

  resume(reason: PauseReason): void {
    if (this.#paused.delete(reason) && this.#paused.size === 0) this.#ws.resume();
  }

  /** Closes with a close frame and hears nothing more. */
  close(code: number, reason: string): void {
    if (this.#closing || this.#silent) return;
    this.#closing = true;
    this.#ws.close(code, reason);
    if (!this.#paused.has("stall")) this.#ws.resume();
  }

  /** Ends the TCP connection without a close frame. */
  drop(): void {
    this.#silent = true;
    this.#socket.destroy();
  }

  /** As `drop`, by a TCP reset. */
  reset(): void {
    this.#silent = true;
    if ("resetAndDestroy" in this.#socket && typeof this.#socket.resetAndDestroy === "function")
      this.#socket.resetAndDestroy();
    else this.#socket.destroy();
  }

  /** Lets the connection stand but never answers again: not a message, not a ping, not a close frame. */
  halfOpen(): void {
    this.#silent = true;
    this.#socket.removeAllListeners("data");
    this.#socket.removeAllListeners("end");
    this.#socket.on("data", () => {});
    this.#socket.on("end", () => this.#socket.destroy());
    this.#socket.resume();
  }
}

function bytesOf(data: Buffer | ArrayBuffer | Buffer[]): Uint8Array {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data;
}
