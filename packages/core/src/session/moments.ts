/** Places that are remembered: at 50 ms each, the last 51 s of audio. */
const capacity = 1024;
/** Word times are whole ms. */
const roundingMs = 0.5;

/** When the audio passed a point of its way: the newest places in the source, and the time of each. */
export class Moments {
  readonly #sourceMs = new Float64Array(capacity);
  readonly #at = new Float64Array(capacity);
  #count = 0;

  /** The source up to `sourceMs` passed at `at`. Audio that passes again begins at an earlier place. */
  add(sourceMs: number, at: number): void {
    const slot = this.#count++ % capacity;
    this.#sourceMs[slot] = sourceMs;
    this.#at[slot] = at;
  }

  /** When the audio up to `sourceMs` passed last; undefined if that was too long ago, or is still to come. */
  reached(sourceMs: number): number | undefined {
    let found: number | undefined;
    let later = Number.POSITIVE_INFINITY;
    for (let back = 1; back <= Math.min(this.#count, capacity); back++) {
      const slot = (this.#count - back) % capacity;
      const place = this.#sourceMs[slot] ?? 0;
      if (place + roundingMs < sourceMs || place >= later) return found;
      found = this.#at[slot];
      later = place;
    }
    return this.#count <= capacity ? found : undefined;
  }
}
