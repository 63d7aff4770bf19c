import type { AudioChunk } from "@voxpipe/core";
import type { OpenSource } from "./audio-source.ts";

/** How often a hurried source is looked at, in ms. A process that is stopped for longer counts as one look. */
const lookEveryMs = 100;
/** How long a hurried source may fall behind `fastBytesPerMs`, in ms, before it is given up. */
const patienceMs = 500;
/** What a hurried source may still give: ten minutes of s16le at 16 kHz. Some never end. */
const mostBytes = 20_000_000;

type Result = IteratorResult<AudioChunk, unknown>;

/**
 * Reads a source. Once it is hurried, the source is read on as long as it gives audio fast, and is given up if we have to
 * wait for it, as for a microphone: `next` then returns undefined.
 */
export class SourceReader {
  readonly #source: OpenSource;
  readonly #fastBytesPerMs: number;
  #givenUp = false;
  /** While a chunk is awaited: stops waiting. */
  #stopWaiting: (() => void) | undefined;
  #leftMs = patienceMs;
  #leftBytes = mostBytes;
  /** Defined once the source is hurried. */
  #looks: ReturnType<typeof setInterval> | undefined;

  /** @param fastBytesPerMs a source that gives less than this is live: clearly more than audio takes in real time */
  constructor(source: OpenSource, fastBytesPerMs: number) {
    this.#source = source;
    this.#fastBytesPerMs = fastBytesPerMs;
  }

  next(): Result | undefined | Promise<Result | undefined> {
    if (this.#givenUp || this.#leftBytes <= 0) return undefined;
    const next = this.#source.next();
    if (!("then" in next)) {
      this.#count(next);
      return next;
    }
    return new Promise((resolve, reject) => {
      this.#stopWaiting = () => resolve(undefined);
      next.then(
        (result) => {
          this.#stopWaiting = undefined;
          this.#count(result);
          resolve(result);
        },
        (error) => {
          this.#stopWaiting = undefined;
          reject(error);
        },
      );
    });
  }

  /** The session is ending. */
  hurry(): void {
    this.#looks ??= setInterval(() => this.#look(), lookEveryMs);
  }

  /** Stops reading, and stops waiting for the source. */
  giveUp(): void {
    this.#givenUp = true;
    this.#stopWaiting?.();
    clearInterval(this.#looks);
  }

  #look(): void {
    if (!this.#stopWaiting) return;
    this.#leftMs -= lookEveryMs;
    if (this.#leftMs <= 0) this.giveUp();
  }

  #count(result: Result): void {
    if (this.#looks === undefined || result.done) return;
    const bytes = result.value?.byteLength ?? 0;
    this.#leftBytes -= bytes;
    this.#leftMs = Math.min(patienceMs, this.#leftMs + bytes / this.#fastBytesPerMs);
  }
}
