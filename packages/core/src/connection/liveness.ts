/** Time between checks, and how long the peer may be silent before it is pinged. */
const checkEveryMs = 2000;
/** With the time between checks, a dead connection is found within 10 s. */
const silentForMs = 7500;

/** What a check found: nothing to do, silence that calls for a ping, or a dead connection. */
export type Verdict = "well" | "ping" | { readonly dead: string };

/**
 * Signs of life of one peer: what it sends, and whether its socket drains. TCP alone would take minutes to notice, and a
 * kernel swallows a minute of audio before a stalled peer shows. Pure: the caller brings the time.
 */
export class Liveness {
  /** When to call `check` next. */
  checkAt: number;
  #heardAt: number;
  #drainedAt: number;
  #checkedAt: number;
  #wasLate = false;
  /** Bytes given to the socket, and those of them that had left at the last check. */
  #sent = 0;
  #drained = 0;
  readonly #canPing: boolean;
  /** Whether silence means anything: the peer answers pings, or sends heartbeats. */
  #answers: boolean;
  #unanswered = false;
  #pongDue = false;

  /** @param canPing Whether the socket can ping. */
  constructor(now: number, canPing: boolean) {
    this.#heardAt = this.#drainedAt = this.#checkedAt = now;
    this.checkAt = now + checkEveryMs;
    this.#canPing = this.#answers = canPing;
  }

  /** The peer sent a message. */
  heard(now: number): void {
    this.#heardAt = now;
    this.#unanswered = false;
  }

  /** The peer sent a sign of life that it repeats within seconds: a heartbeat. */
  alive(now: number): void {
    this.heard(now);
    this.#answers = true;
  }

  /** The peer answered a ping. */
  pong(now: number): void {
    this.alive(now);
    this.#pongDue = false;
  }

  /** `bytes` were given to the socket. Without this count, a slow socket that is kept full looks like a dead one. */
  sent(bytes: number): void {
    this.#sent += bytes;
  }

  /** A ping is sent now, and a message that must be answered behind it. */
  asked(): void {
    this.#unanswered = true;
    this.#pongDue = this.#canPing;
  }

  /** Whether the peer was asked, and should have answered, but has not yet. */
  get unanswered(): boolean {
    return this.#unanswered && this.#answers;
  }

  /** Whether the ping sent by `asked` has no answer: what the peer sent since does not answer the message behind it. */
  get pongDue(): boolean {
    return this.#pongDue;
  }

  /** @param buffered Bytes that wait in the socket. */
  check(now: number, buffered: number): Verdict {
    // A program that was busy, or asleep, has not yet seen what came meanwhile. By the next check it has, even if that is
    // late too, as all timers of a hidden tab are.
    const late = now - this.#checkedAt > 2 * checkEveryMs;
    if (late && !this.#wasLate) this.#heardAt = this.#drainedAt = now;
    this.#wasLate = late;
    this.#checkedAt = now;
    this.checkAt = now + checkEveryMs;
    const drained = this.#sent - buffered;
    if (buffered === 0 || drained > this.#drained) this.#drainedAt = now;
    this.#drained = drained;
    if (now - this.#drainedAt >= silentForMs) return { dead: "the peer stopped reading" };
    if (this.#answers && now - this.#heardAt >= silentForMs) return { dead: "the peer stopped answering" };
    return now - this.#heardAt >= checkEveryMs ? "ping" : "well";
  }
}
