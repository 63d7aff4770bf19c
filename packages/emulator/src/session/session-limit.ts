import type { Clock } from "../clock.ts";
import { ProtocolError } from "./protocol-error.ts";

/** How many sessions there may be, and the code that the service gives beyond it: sources disagree. */
export interface SessionLimit {
  /** Sessions that may be open at once. */
  readonly most?: number;
  /** New sessions in a minute. As the service's limit, it grows by 10% every 60 s, counted from the first session. */
  readonly perMinute?: number;
  /** 1008 as seen live, or 3009 as documented. @default 1008 */
  readonly code?: 1_008 | 3_009;
}

/** The refusal of a session beyond either limit. */
export const tooManySessions = "Too many concurrent sessions";

const minuteMs = 60_000;
const growth = 1.1;

/** Counts the sessions that are open, and those that were opened within a minute. */
export class OpenSessions {
  readonly #limit: SessionLimit;
  readonly #clock: Clock;
  #open = 0;
  #firstAt: number | undefined;
  /** When sessions were opened, in the last minute. */
  #opened: number[] = [];

  constructor(limit: SessionLimit, clock: Clock) {
    this.#limit = limit;
    this.#clock = clock;
  }

  /**
   * @returns gives the place back; harmless when called again
   * @throws ProtocolError
   */
  enter(): () => void {
    const { most = Number.POSITIVE_INFINITY, code = 1_008 } = this.#limit;
    const now = this.#clock.now();
    this.#firstAt ??= now;
    this.#opened = this.#opened.filter((at) => now - at < minuteMs);
    if (this.#open >= most || this.#opened.length >= this.#mostPerMinute(now - this.#firstAt))
      throw new ProtocolError(code, tooManySessions);
    this.#open++;
    if (this.#limit.perMinute !== undefined) this.#opened.push(now);
    let inside = true;
    return () => {
      if (inside) this.#open--;
      inside = false;
    };
  }

  #mostPerMinute(sinceFirstMs: number): number {
    const { perMinute = Number.POSITIVE_INFINITY } = this.#limit;
    // What 1.1 costs in precision is no session: 10 grows to 11.
    return Math.floor(perMinute * growth ** Math.floor(sinceFirstMs / minuteMs) + 1e-6);
  }
}
