import { attempt } from "../errors/attempt.ts";
import type { Platform } from "./socket.ts";

/** Knows whether there is surely no network, if the platform can say that, and calls back when it changes. */
export class NetworkWatch {
  readonly #online: Platform["online"];
  readonly #changed: () => void;
  #remove: (() => void) | undefined;

  /** @param changed Called, between `offline` and `stop`, whenever there may be a network again. */
  constructor(online: Platform["online"], changed: () => void) {
    this.#online = online;
    this.#changed = changed;
  }

  /** Offline counts only if the platform will also say when that ends: from here on it does, until `stop`. */
  get offline(): boolean {
    const offline = attempt(() => {
      if (this.#online?.is() !== false) return false;
      this.#remove ??= this.#online.onChange(this.#changed);
      return true;
    });
    return offline ?? false;
  }

  stop(): void {
    const remove = this.#remove;
    this.#remove = undefined;
    // If that throws, the platform's listener stays. What it calls changes nothing.
    attempt(() => remove?.());
  }
}
