import type { Platform } from "./socket.ts";

/** Waits while the platform knows that there is no network. Without that knowledge it never waits. */
export class OnlineWait {
  readonly #online: Platform["online"];
  #remove: (() => void) | undefined;

  constructor(online: Platform["online"]) {
    this.#online = online;
  }

  get offline(): boolean {
    try {
      return this.#online?.is() === false;
    } catch {
      return false;
    }
  }

  get waiting(): boolean {
    return this.#remove !== undefined;
  }

  /** Calls back once when the platform is online again. Returns false if there is nothing to wait for. */
  start(callback: () => void): boolean {
    this.stop();
    if (!this.#online || !this.offline) return false;
    try {
      this.#remove = this.#online.onChange(() => {
        if (!this.waiting || this.offline) return;
        this.stop();
        callback();
      });
    } catch {
      return false;
    }
    return true;
  }

  stop(): void {
    const remove = this.#remove;
    this.#remove = undefined;
    try {
      remove?.();
    } catch {
      // The platform's listener may stay, and calls nobody.
    }
  }
}
