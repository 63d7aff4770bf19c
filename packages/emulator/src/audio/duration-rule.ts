import { ProtocolError } from "../session/protocol-error.ts";

const shortest = 50;
const longest = 1_000;

/**
 * Holds a session's audio messages to 50–1000 ms each (protocol.md section 3). One short message is
 * tolerated as the tail: only when more audio follows it was it a violation.
 */
export class DurationRule {
  #short: number | undefined;

  /**
   * @param ms the message's duration, by the declared rate and encoding
   * @throws ProtocolError 3007
   */
  accept(ms: number): void {
    if (ms > longest) throw violation(ms);
    if (this.#short !== undefined) throw violation(this.#short);
    if (ms < shortest) this.#short = ms;
  }
}

function violation(ms: number): ProtocolError {
  const text = `Input Duration Violation: ${ms.toFixed(1)} ms. Expected between ${shortest} and ${longest} ms`;
  return new ProtocolError(3007, `Input Duration Error: ${text}`);
}
