import { ProtocolError } from "../session/protocol-error.ts";

/**
 * What happens to audio that comes faster than it is spoken (protocol.md section 3; sources disagree):
 * `"free"` takes any speed; `"refuse"` ends the session with 3007; `"throttle"` takes it in at 1.25 times real time and
 * ends the session only when more than five minutes wait.
 */
export type Pacing = "free" | "refuse" | "throttle";

const rate = 1.25;
/** What a client may be ahead of the rate by: it had to catch up with the time that connecting took. */
const headStartMs = 10_000;
const mostWaitingMs = 5 * 60_000;

/** Holds one session's audio to its pace. Pure: times come in, verdicts go out. */
export class PacingRule {
  readonly #pacing: Pacing;
  #arrivedMs = 0;
  #takenMs = 0;

  constructor(pacing: Pacing) {
    this.#pacing = pacing;
  }

  /** Whether audio is buffered rather than the client kept waiting. */
  get buffers(): boolean {
    return this.#pacing === "throttle";
  }

  /**
   * A message has come.
   *
   * @param elapsedMs since `Begin`
   * @throws ProtocolError 3007
   */
  arrived(durationMs: number, elapsedMs: number): void {
    this.#arrivedMs += durationMs;
    const tooFast = this.#pacing === "refuse" && this.#arrivedMs > elapsedMs * rate + headStartMs;
    const tooMuch = this.#pacing === "throttle" && this.#arrivedMs - this.#takenMs > mostWaitingMs;
    if (!tooFast && !tooMuch) return;
    const [audio, time] = [this.#arrivedMs / 1_000, elapsedMs / 1_000].map((seconds) => seconds.toFixed(1));
    const text = `Audio Transmission Rate Exceeded: Received ${audio} sec. audio in ${time} sec`;
    throw new ProtocolError(3_007, text);
  }

  /** How many ms to wait before a message that came earlier is taken in. */
  wait(durationMs: number, elapsedMs: number): number {
    if (this.#pacing !== "throttle") return 0;
    const due = this.#takenMs / rate;
    this.#takenMs += durationMs;
    return Math.max(0, due - elapsedMs);
  }
}
