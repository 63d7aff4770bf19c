const blockSamples = 160;
/** Mean square of a block that counts as voice: -45 dB below full scale. */
const loud = 10 ** (-45 / 10);

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
    for (const sample of samples) {
      this.#energy += sample * sample;
      if (++this.#heard % blockSamples !== 0) continue;
      if (this.#energy > loud * blockSamples) voiced(this.heardMs - 10, this.heardMs);
      this.#energy = 0;
    }
  }
}
