import type { Clock } from "./clock.ts";
import type { Socket } from "./socket.ts";

const checkEveryMs = 2000;
/** With the check's own interval, a dead connection is found within 10 s. */
const silentForMs = 7500;

/**
 * Finds dead connections: a peer that gives no sign of life although asked to, and a socket whose buffer does not drain.
 * TCP alone would take minutes, and a kernel swallows a minute of audio before a stalled peer shows.
 */
export class Watchdog {
  readonly #clock: Clock;
  readonly #socket: Socket;
  readonly #dead: (why: string) => void;
  #stop: () => void;
  #heardAt: number;
  #drainedAt: number;
  #buffered = 0;
  /** Whether silence means anything: the peer answers pings, or sends heartbeats. */
  #answers: boolean;

  constructor(clock: Clock, socket: Socket, dead: (why: string) => void) {
    this.#clock = clock;
    this.#socket = socket;
    this.#dead = dead;
    this.#answers = socket.ping !== undefined;
    this.#heardAt = this.#drainedAt = clock.now();
    this.#stop = clock.after(checkEveryMs, () => this.#check());
  }

  /** The peer sent something. `regularly`: and will do so again within seconds, whatever happens. */
  heard(regularly: boolean): void {
    this.#heardAt = this.#clock.now();
    this.#answers ||= regularly;
  }

  stop(): void {
    this.#stop();
  }

  #check(): void {
    const now = this.#clock.now();
    const buffered = this.#socket.bufferedAmount;
    if (buffered === 0 || buffered < this.#buffered) this.#drainedAt = now;
    this.#buffered = buffered;
    if (now - this.#drainedAt >= silentForMs) return this.#dead("the peer stopped reading");
    if (this.#answers && now - this.#heardAt >= silentForMs) return this.#dead("the peer stopped answering");
    this.#socket.ping?.();
    this.#stop = this.#clock.after(checkEveryMs, () => this.#check());
  }
}
