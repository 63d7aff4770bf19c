interface Mark {
  /** End of a message in the session's audio, in ms. */
  readonly audioMs: number;
  /** When the service has taken it in, by the clock. */
  readonly at: number;
}

/** Marks kept: more than a turn of a minute in messages of 50 ms. */
const mostMarks = 2_048;

/**
 * When each moment of a session's audio was spoken, as the service sees it: it takes audio in at real time, however early
 * it comes (protocol.md section 11). Pure.
 */
export class AudioTime {
  readonly #marks: Mark[] = [];

  /** A message has come. @param now by the clock */
  received(durationMs: number, now: number): void {
    const last = this.#marks.at(-1);
    const at = last === undefined ? now : Math.max(now, last.at + durationMs);
    this.#marks.push({ audioMs: (last?.audioMs ?? 0) + durationMs, at });
    if (this.#marks.length > mostMarks) this.#marks.splice(0, mostMarks / 2);
  }

  /** The time, by the clock, at which this moment was spoken. Audio that has not come counts as spoken when the last was. */
  spokenAt(audioMs: number): number {
    const mark = this.#marks.find((next) => next.audioMs >= audioMs) ?? this.#marks.at(-1);
    return mark === undefined ? Number.NEGATIVE_INFINITY : mark.at - Math.max(0, mark.audioMs - audioMs);
  }
}
