/** How long audio in chunks of 50 ms may be missing, in ms. */
const stallLimit = 5_000;
/** Extra time for chunks that have arrived but wait behind a busy page, in ms. */
const graceLimit = 1_000;

/** Detects that no audio arrives although the browser says it runs. Has one timer between `start` and `stop`. */
export class StallWatch {
  readonly #changed: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #heard = false;
  #everHeard = false;
  #stalled = false;

  /** @param changed called when `stalled` changes. */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /** Whether no audio has arrived for 6 s. */
  get stalled(): boolean {
    return this.#stalled;
  }

  /** Whether audio stopped after it had started, as opposed to a slow start. */
  get broken(): boolean {
    return this.#stalled && this.#everHeard;
  }

  start(): void {
    this.#wait(stallLimit, () => this.#wait(graceLimit, () => this.#set(true)));
  }

  /** A chunk has arrived. */
  heard(): void {
    this.#heard = true;
    this.#everHeard = true;
    if (!this.#stalled) return;
    this.#set(false);
    this.start();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #wait(ms: number, silent: () => void): void {
    this.#heard = false;
    this.#timer = setTimeout(() => {
      if (this.#heard) this.start();
      else silent();
    }, ms);
  }

  #set(stalled: boolean): void {
    this.#stalled = stalled;
    this.#changed();
  }
}
