import type { Level } from "@voxpipe/audio";
import { listen, notify } from "./notify.ts";

export const silence: Level = Object.freeze({ rms: Number.NEGATIVE_INFINITY, peak: Number.NEGATIVE_INFINITY });

/** Ms between two looks: microphones measure that often. */
const interval = 50;

/** Reports the level to those who watch it. There is a timer only while someone watches and something is captured. */
export class LevelWatch {
  readonly #read: () => Level | undefined;
  readonly #listeners = new Set<(level: Level) => void>();
  #timer: ReturnType<typeof setInterval> | undefined;
  #last = silence;

  /** @param read the present level; undefined while nothing is captured */
  constructor(read: () => Level | undefined) {
    this.#read = read;
  }

  watch(listener: (level: Level) => void): () => void {
    const leave = listen(this.#listeners, listener);
    this.update();
    return () => {
      leave();
      this.update();
    };
  }

  /** Call it when a capture has begun or ended. */
  update(): void {
    const runs = this.#listeners.size > 0 && this.#read() !== undefined;
    if (runs) this.#timer ??= setInterval(() => this.#look(), interval);
    else {
      clearInterval(this.#timer);
      this.#timer = undefined;
      this.#look();
    }
  }

  #look(): void {
    const level = this.#read() ?? silence;
    if (level.rms === this.#last.rms && level.peak === this.#last.peak) return;
    this.#last = level;
    notify(this.#listeners, level);
  }
}
