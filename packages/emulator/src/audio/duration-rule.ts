import { ProtocolError } from "../session/protocol-error.ts";

const shortest = 50;
const longest = 1_000;

/** Short messages in a row that are accepted: a second of 20 ms each. */
const mostShort = 49;

/**
 * Holds a session's audio messages to 50–1000 ms each (protocol.md sections 3 and 11). A longer one is refused at once,
 * shorter ones only if too many follow each other: a tail now and then is tolerated. Pure.
 */
export class DurationRule {
  #short = 0;

  /**
   * @param ms the message's duration, by the declared rate and encoding
   * @throws ProtocolError 3007
   */
  accept(ms: number): void {
    if (ms > longest) throw violation(ms);
    this.#short = ms < shortest ? this.#short + 1 : 0;
    if (this.#short > mostShort) throw violation(ms);
  }
}

function violation(ms: number): ProtocolError {
  const text = `Input Duration Violation: ${ms.toFixed(1)} ms. Expected between ${shortest} and ${longest} ms`;
  return new ProtocolError(3007, `Input Duration Error: ${text}`);
}
