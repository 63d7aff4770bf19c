/** Below this nothing can be heard, in dBFS. */
const audible = -80;

/** Notices by the audio itself that nothing can be heard for a while. */
export class SilenceWatch {
  readonly #limitMs: number;
  readonly #changed: (silent: boolean) => void;
  #silentMs = 0;

  /** @param changed called when silence has lasted for `limitMs`, and when a sound ends it */
  constructor(limitMs: number, changed: (silent: boolean) => void) {
    this.#limitMs = limitMs;
    this.#changed = changed;
  }

  /** A piece of audio whose highest peak is `peak`, in dBFS. */
  heard(peak: number, ms: number): void {
    const wasSilent = this.#silentMs >= this.#limitMs;
    this.#silentMs = peak < audible ? this.#silentMs + ms : 0;
    const isSilent = this.#silentMs >= this.#limitMs;
    if (isSilent !== wasSilent) this.#changed(isSilent);
  }
}
