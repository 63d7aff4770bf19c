/** The most recent samples of a session, addressed by their position in the whole session. */
export class AudioTail {
  #samples = new Float32Array(0);
  #from = 0;
  #length = 0;

  /** Position after the last sample. */
  get end(): number {
    return this.#from + this.#length;
  }

  /** Appends a copy of `chunk`. NaN becomes silence: it would corrupt the models' state. */
  append(chunk: Float32Array): void {
    const needed = this.#length + chunk.length;
    if (needed > this.#samples.length) {
      const grown = new Float32Array(Math.max(needed, 2 * this.#samples.length));
      grown.set(this.#samples.subarray(0, this.#length));
      this.#samples = grown;
    }
    for (let i = 0; i < chunk.length; i++) {
      const sample = chunk[i] ?? 0;
      this.#samples[this.#length + i] = Number.isFinite(sample) ? sample : 0;
    }
    this.#length = needed;
  }

  /** A copy of the samples from `start` to `end` that are still stored. */
  slice(start: number, end: number): Float32Array {
    return this.#samples.slice(Math.max(0, start - this.#from), Math.max(0, Math.min(this.#length, end - this.#from)));
  }

  /** Drops everything before `position`. */
  dropBefore(position: number): void {
    const dropped = Math.min(this.#length, position - this.#from);
    if (dropped <= 0) return;
    this.#samples.copyWithin(0, dropped, this.#length);
    this.#from += dropped;
    this.#length -= dropped;
  }
}
