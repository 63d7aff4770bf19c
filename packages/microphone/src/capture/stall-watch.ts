/** How long audio that flows in chunks of 50 ms may stay away, in ms. */
const stallLimit = 5_000;
/** After that, for chunks that have come but wait behind a busy page, in ms. */
const graceLimit = 1_000;

/** Notices that no audio comes although the browser says that it runs. Between `start` and `stop` it holds one timer. */
export class StallWatch {
  readonly #changed: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #heard = false;
  #everHeard = false;
  #stalled = false;

  /** @param changed `stalled` has changed. */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /** Whether no audio has come for 6 s. */
  get stalled(): boolean {
    return this.#stalled;
  }

  /** Whether it is stalled after audio has come: something broke, rather than taking long to begin. */
  get broken(): boolean {
    return this.#stalled && this.#everHeard;
  }

  start(): void {
    this.#wait(stallLimit, () => this.#wait(graceLimit, () => this.#set(true)));
  }

  /** A chunk has come. */
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
