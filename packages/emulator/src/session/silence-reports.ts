import type { Hypothesis } from "../engines/engine.ts";
import { speechSpan } from "../turns/turn-detector.ts";
import type { SilenceMessage } from "./wire.ts";

const reportMs = 1_000;

/** Cuts the stretches without speech into `Silence` messages of a second each (protocol.md section 4). Pure. */
export class SilenceReports {
  #quietFrom = 0;

  heard(hypothesis: Hypothesis): SilenceMessage[] {
    const messages: SilenceMessage[] = [];
    this.#quietFrom = Math.max(this.#quietFrom, speechSpan(hypothesis)?.end ?? 0);
    for (; hypothesis.heardMs - this.#quietFrom >= reportMs; this.#quietFrom += reportMs) {
      const start = Math.round(this.#quietFrom);
      messages.push({ type: "Silence", start_ms: start, end_ms: start + reportMs });
    }
    return messages;
  }
}
