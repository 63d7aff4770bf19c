import type { Clock } from "../async/clock.ts";
import type { BufferedAmount } from "./buffered-amount.ts";
import type { Socket } from "./socket.ts";

/** How often it looks, and how long the peer may be silent before it is asked: who speaks is alive. */
const checkEveryMs = 2000;
/** With the check's own interval, a dead connection is found within 10 s. */
const silentForMs = 7500;

/**
 * Finds dead connections: a peer that gives no sign of life although asked to, and a socket whose buffer does not drain.
 * TCP alone would take minutes, and a kernel swallows a minute of audio before a stalled peer shows.
 */
export class Liveness {
  readonly #clock: Clock;
  readonly #socket: Pick<Socket, "ping">;
  readonly #buffered: Pick<BufferedAmount, "bytes">;
  readonly #dead: (why: string) => void;
  #stop: () => void;
  #heardAt: number;
  #drainedAt: number;
  #checkedAt: number;
  #wasLate = false;
  /** Bytes given to the socket, and those of them that had left at the last check. */
  #sent = 0;
  #drained = 0;
  /** Whether silence means anything: the peer answers pings, or sends heartbeats. */
  #answers: boolean;
  #unanswered = false;

  constructor(
    clock: Clock,
    socket: Pick<Socket, "ping">,
    buffered: Pick<BufferedAmount, "bytes">,
    dead: (why: string) => void,
  ) {
    this.#clock = clock;
    this.#socket = socket;
    this.#buffered = buffered;
    this.#dead = dead;
    this.#answers = socket.ping !== undefined;
    this.#heardAt = this.#drainedAt = this.#checkedAt = clock.now();
    this.#stop = clock.after(checkEveryMs, () => this.#check());
  }

  /** The peer sent something. `regularly`: and will do so again within seconds, whatever happens. */
  heard(regularly: boolean): void {
    this.#heardAt = this.#clock.now();
    this.#unanswered = false;
    this.#answers ||= regularly;
  }

  /** `bytes` were given to the socket. Without the count, a slow socket that is kept full looks like a dead one. */
  sent(bytes: number): void {
    this.#sent += bytes;
  }

  /** Asks for a sign of life now. */
  ask(): void {
    this.#unanswered = true;
    this.#ping();
  }

  /** Whether the peer was asked, and should have answered, but has not yet. */
  get unanswered(): boolean {
    return this.#unanswered && this.#answers;
  }

  stop(): void {
    this.#stop();
  }

  #check(): void {
    const now = this.#clock.now();
    // A program that was busy, or asleep, has not yet seen what came meanwhile. By the next check it has, even if that is
    // late too, as all timers of a hidden tab are.
    const late = now - this.#checkedAt > 2 * checkEveryMs;
    if (late && !this.#wasLate) this.#heardAt = this.#drainedAt = now;
    this.#wasLate = late;
    this.#checkedAt = now;
    const buffered = this.#buffered.bytes;
    const drained = this.#sent - buffered;
    if (buffered === 0 || drained > this.#drained) this.#drainedAt = now;
    this.#drained = drained;
    if (now - this.#drainedAt >= silentForMs) return this.#dead("the peer stopped reading");
    if (this.#answers && now - this.#heardAt >= silentForMs) return this.#dead("the peer stopped answering");
    // Before the ping, which may end the connection, and with it this.
    this.#stop = this.#clock.after(checkEveryMs, () => this.#check());
    if (now - this.#heardAt >= checkEveryMs) this.#ping();
  }

  /** A socket that cannot be asked is found dead by its silence. */
  #ping(): void {
    try {
      this.#socket.ping?.();
    } catch {}
  }
}
