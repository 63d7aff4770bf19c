import { ProtocolError } from "./protocol-error.ts";

/** How many sessions may be open at once, and the code that the service gives beyond it: sources disagree. */
export interface SessionLimit {
  readonly most: number;
  /** 1008 as seen live (the default), or 3009 as documented. */
  readonly code?: 1_008 | 3_009;
}

/** Counts the sessions that are open. */
export class OpenSessions {
  readonly #limit: SessionLimit | undefined;
  #open = 0;

  constructor(limit: SessionLimit | undefined) {
    this.#limit = limit;
  }

  /**
   * @returns gives the place back; harmless when called again
   * @throws ProtocolError
   */
  enter(): () => void {
    if (this.#limit !== undefined && this.#open >= this.#limit.most)
      throw new ProtocolError(this.#limit.code ?? 1_008, "Too many concurrent sessions");
    this.#open++;
    let inside = true;
    return () => {
      if (inside) this.#open--;
      inside = false;
    };
  }
}
