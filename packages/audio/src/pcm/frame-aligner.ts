/** Cuts a byte stream at frame boundaries. The incomplete frame at the end of a chunk is carried to the next one. */
export class FrameAligner {
  readonly #carry: Uint8Array;
  #carried = 0;

  /** @param frameBytes bytes per frame, from 1. */
  constructor(frameBytes: number) {
    this.#carry = new Uint8Array(frameBytes);
  }

  /** Bytes of the incomplete frame so far. */
  get carried(): number {
    return this.#carried;
  }

  /**
   * Returns all frames that are now complete, in order: a view of `chunk` if possible, a copy if a frame began in an earlier
   * chunk.
   */
  push(chunk: Uint8Array): Uint8Array {
    const frameBytes = this.#carry.length;
    const available = this.#carried + chunk.length;
    const whole = available - (available % frameBytes);
    if (whole === 0) {
      this.#carry.set(chunk, this.#carried);
      this.#carried = available;
      return chunk.subarray(0, 0);
    }
    const used = whole - this.#carried;
    let frames = chunk.subarray(0, used);
    if (this.#carried > 0) {
      frames = new Uint8Array(whole);
      frames.set(this.#carry.subarray(0, this.#carried));
      frames.set(chunk.subarray(0, used), this.#carried);
    }
    this.#carry.set(chunk.subarray(used));
    this.#carried = available - whole;
    return frames;
  }
}
