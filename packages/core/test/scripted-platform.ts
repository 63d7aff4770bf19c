import type { Clock } from "../src/async/clock.ts";
import type { Platform, SocketEnd, SocketListener } from "../src/connection/socket.ts";

/** A connection in memory, steered from both ends by the test. */
export class ScriptedSocket {
  bufferedAmount = 0;
  readonly sent: (string | Uint8Array)[] = [];
  destroyed = false;
  readonly #listener: SocketListener;

  constructor(listener: SocketListener) {
    this.#listener = listener;
  }

  send(data: string | Uint8Array): void {
    this.sent.push(data);
  }

  close(): void {}

  destroy(): void {
    this.destroyed = true;
  }

  /** The service's Begin. */
  begin(id = "session-1", expires_at = 0): void {
    this.#listener.opened();
    this.says({ type: "Begin", id, expires_at });
  }

  says(message: object): void {
    this.writes(JSON.stringify(message));
  }

  /** Any text, JSON or not. */
  writes(text: string): void {
    this.#listener.message(text);
  }

  closes(end: SocketEnd): void {
    this.#listener.closed(end);
  }

  /** Control messages that came, audio left out. */
  get controls(): unknown[] {
    return this.sent.flatMap((data) => (typeof data === "string" ? [JSON.parse(data)] : []));
  }
}

/** For what real sockets cannot be made to do at a given instant: fail at once, end between two messages. */
export function scriptedPlatform(clock: Clock, opened: (socket: ScriptedSocket, attempt: number) => void = () => {}) {
  const sockets: ScriptedSocket[] = [];
  const platform: Platform = {
    openSocket: (_url, _headers, listener) => {
      const socket = new ScriptedSocket(listener);
      sockets.push(socket);
      opened(socket, sockets.length);
      return socket;
    },
    sendsHeaders: true,
    sendsPings: true,
    streams: globalThis,
    clock,
    random: () => 1,
  };
  return { platform, sockets };
}
