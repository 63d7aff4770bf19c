import type { Socket } from "./socket.ts";

/**
 * What waits in a socket, in bytes, as far as its runtime knows. Some have no `bufferedAmount` (React Native's), some
 * report NaN or always the same number: what was there before anything was sent does not count.
 */
export class BufferedAmount {
  readonly #socket: Socket;
  readonly #atFirst: number;

  /** Before anything is sent. */
  constructor(socket: Socket) {
    this.#socket = socket;
    this.#atFirst = read(socket);
  }

  get bytes(): number {
    return Math.max(0, read(this.#socket) - this.#atFirst);
  }
}

function read(socket: Socket): number {
  const amount: unknown = socket.bufferedAmount;
  return typeof amount === "number" && Number.isFinite(amount) ? amount : 0;
}
