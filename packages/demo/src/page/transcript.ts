import type { TurnEvent } from "voxpipe";

/** A final turn. Times are in ms from the start of the first recording. */
export interface Line {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The final turns of all recordings so far, one recording behind the other. */
export class Transcript {
  readonly #lines = new Map<string, Line>();
  #recording = 0;
  #offset = 0;

  get lines(): readonly Line[] {
    return [...this.#lines.values()];
  }

  /** What comes now is another recording. */
  beginRecording(): void {
    this.#recording++;
    this.#offset = this.lines.at(-1)?.end ?? 0;
  }

  /** Adds a final turn, or puts its formatted version in the place of the one before. */
  add({ turn_order, transcript, words }: TurnEvent): void {
    if (transcript === "") return;
    const start = this.#offset + time(words[0]?.start);
    const end = this.#offset + time(words.at(-1)?.end);
    this.#lines.set(`${this.#recording}.${turn_order}`, { start, end, text: transcript });
  }

  toText(): string {
    return this.lines.map(({ text }) => `${text}\n`).join("");
  }

  toWebVtt(): string {
    const cues = this.lines.map(({ start, end, text }) => {
      const escaped = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
      return `${timestamp(start)} --> ${timestamp(Math.max(end, start + 1))}\n${escaped}\n`;
    });
    return ["WEBVTT\n", ...cues].join("\n");
  }
}

/** A word's time; 0 if the service sent none. */
function time(ms: unknown): number {
  return typeof ms === "number" && Number.isFinite(ms) ? ms : 0;
}

/** `1:05` */
export function clockTime(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  return `${Math.floor(seconds / 60)}:${pad(seconds % 60, 2)}`;
}

/** `00:01:05.250`, as WebVTT has it. */
function timestamp(ms: number): string {
  const whole = Math.round(ms);
  const seconds = Math.floor(whole / 1000);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60].map((part) => pad(part, 2));
  return `${parts.join(":")}.${pad(whole % 1000, 3)}`;
}

function pad(value: number, digits: number): string {
  return String(value).padStart(digits, "0");
}
