import type { Clock } from "../async/clock.ts";
import type { Connection } from "../connection/connection.ts";
import type { BeginEvent } from "../protocol/messages.ts";

export interface HandoverParts {
  readonly clock: Clock;
  /** Time until the service ends the present connection, in ms. */
  readonly lifetimeMs: number;
  readonly open: () => Connection;
  readonly atBoundary: () => boolean;
  readonly switchTo: (link: Connection, begin: BeginEvent) => void;
}

/**
 * Replaces a connection before the service ends it: a second one is opened beside it, and takes over at the next turn
 * boundary, or, where none comes, shortly before the end.
 */
export class Handover {
  spare: Connection | undefined;
  readonly #parts: HandoverParts;
  readonly #marginMs: number;
  readonly #deadline: number;
  #begin: BeginEvent | undefined;
  #cancelTimer: () => void;

  constructor(parts: HandoverParts) {
    this.#parts = parts;
    this.#marginMs = Math.min(60_000, parts.lifetimeMs / 5);
    this.#deadline = parts.clock.now() + parts.lifetimeMs - this.#marginMs / 4;
    this.#cancelTimer = parts.clock.after(parts.lifetimeMs - this.#marginMs, () => this.#prepare());
  }

  /** The spare connection stands. */
  begun(begin: BeginEvent): void {
    this.#begin = begin;
    this.#cancelTimer();
    this.#cancelTimer = this.#parts.clock.after(this.#deadline - this.#parts.clock.now(), () => this.#switch());
    this.boundary();
  }

  /** Called whenever a turn has ended. */
  boundary(): void {
    if (this.#begin && this.#parts.atBoundary()) this.#switch();
  }

  /** The spare connection is gone; another is tried while there is time. */
  failed(): void {
    this.spare = undefined;
    this.#begin = undefined;
    this.#cancelTimer();
    if (this.#parts.clock.now() < this.#deadline)
      this.#cancelTimer = this.#parts.clock.after(this.#marginMs / 8, () => this.#prepare());
  }

  stop(): void {
    this.#cancelTimer();
    const spare = this.spare;
    this.spare = undefined;
    spare?.destroy();
  }

  #prepare(): void {
    this.spare = this.#parts.open();
  }

  #switch(): void {
    this.#cancelTimer();
    const { spare } = this;
    this.spare = undefined;
    if (spare && this.#begin) this.#parts.switchTo(spare, this.#begin);
  }
}
