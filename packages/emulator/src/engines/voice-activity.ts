const blockSamples = 160;
/** Sum of squares of a block that counts as voice: -45 dB below full scale. */
const loud = 10 ** (-45 / 10) * blockSamples;

/** Finds the 10 ms blocks of 16 kHz audio that are not silence. */
export class VoiceActivity {
  #heard = 0;
  #energy = 0;

  /** Samples taken so far, in ms. */
  get heardMs(): number {
    return this.#heard / 16;
  }

  /** Calls `voiced` with the time of each block that just ended and had voice in it. */
  write(samples: Float32Array, voiced: (startMs: number, endMs: number) => void): void {
    let next = 0;
    while (next < samples.length) {
      const end = Math.min(samples.length, next + blockSamples - (this.#heard % blockSamples));
      let energy = this.#energy;
      this.#heard += end - next;
      for (; next < end; next++) {
        const sample = samples[next] ?? 0;
        energy += sample * sample;
      }
      const whole = this.#heard % blockSamples === 0;
      this.#energy = whole ? 0 : energy;
      if (whole && energy > loud) voiced(this.heardMs - 10, this.heardMs);
    }
  }
}
