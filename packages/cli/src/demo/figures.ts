import type { StreamingEvent, StreamingSession } from "voxpipe";
import { FinalTurns } from "../output/final-turns.ts";
import { turnText } from "../terminal/transcript-line.ts";
import { countWordErrors } from "./word-error-rate.ts";

/** Collects the figures that the demo prints about a session. */
export class DemoFigures {
  readonly #finals = new FinalTurns(true);
  readonly #texts: string[] = [];
  readonly #latencies: number[] = [];
  #partials = 0;
  #early = 0;
  #audioSeconds = 0;

  /** Call it with every event, as it arrives. */
  watch(event: StreamingEvent, session: Pick<StreamingSession, "state" | "stats">): void {
    if (event.type === "Termination") this.#audioSeconds = event.audio_duration_seconds ?? 0;
    if (event.type !== "Turn") return;
    this.#keep(this.#finals.accept(event));
    if (!event.end_of_turn) {
      this.#partials++;
      if (session.state === "open") this.#early++;
      return;
    }
    const latency = session.stats().endOfTurnLatencyMs;
    if (latency !== undefined && event.words.length > 0) this.#latencies.push(latency);
  }

  /** The figures as lines of text. `reference`: what was said, if known. */
  lines(reference: string | undefined, wallSeconds: number): string[] {
    this.#keep(this.#finals.flush());
    const lines = [
      `${this.#audioSeconds.toFixed(1)} s of audio in ${wallSeconds.toFixed(1)} s, recognised on this machine`,
    ];
    if (reference !== undefined) lines.push(wordErrorLine(reference, this.#texts.join(" ")));
    lines.push(`${this.#partials} partials, ${this.#early} of them while audio was still being sent`);
    const turns = this.#latencies.length;
    if (turns > 0) {
      const worst = Math.max(...this.#latencies);
      lines.push(
        `${seconds(median(this.#latencies))} from the end of speech to the final turn (median of ${turns}; longest ${seconds(worst)})`,
      );
    }
    return lines;
  }

  #keep(turns: ReturnType<FinalTurns["flush"]>): void {
    this.#texts.push(...turns.map(turnText));
  }
}

function wordErrorLine(reference: string, transcript: string): string {
  const { words, errors } = countWordErrors(reference, transcript);
  return `${((100 * errors) / Math.max(words, 1)).toFixed(1)} % word error rate (${errors} of ${words} words)`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.slice(Math.floor((sorted.length - 1) / 2), Math.floor(sorted.length / 2) + 1);
  return middle.reduce((sum, value) => sum + value, 0) / middle.length;
}
