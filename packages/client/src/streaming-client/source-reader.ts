import type { AudioChunk } from "@voxpipe/core";
import type { OpenSource } from "./audio-source.ts";

/** How long a hurried source may keep us waiting, in ms, before it is given up. */
const patienceMs = 500;
/** Each ms of waiting is forgiven for so many bytes: a file that is read slowly is no live source. */
const bytesPerMs = 3200;
/** What a hurried source may still give: ten minutes of s16le at 16 kHz. Some never end. */
const mostBytes = 20_000_000;

type Result = IteratorResult<AudioChunk, unknown>;

/**
 * Reads a source. Once it is hurried, the source is read on as long as it has audio at hand, and is given up if we have to
 * wait for it, as for a microphone: `next` then gives undefined.
 */
export class SourceReader {
  readonly #source: OpenSource;
  #givenUp = false;
  /** While a chunk is awaited: stops waiting. */
  #stopWaiting: (() => void) | undefined;
  #hurried = false;
  #leftMs = patienceMs;
  #leftBytes = mostBytes;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #waitingSince = 0;

  constructor(source: OpenSource) {
    this.#source = source;
  }

  next(): Result | undefined | Promise<Result | undefined> {
    if (this.#givenUp || this.#leftBytes <= 0 || this.#leftMs <= 0) return undefined;
    const next = this.#source.next();
    if (!("then" in next)) {
      this.#count(next);
      return next;
    }
    return new Promise((resolve, reject) => {
      this.#stopWaiting = () => resolve(undefined);
      if (this.#hurried) this.#startTimer();
      next.then(
        (result) => {
          this.#stopTimer();
          this.#count(result);
          resolve(result);
        },
        (error) => {
          this.#stopTimer();
          reject(error);
        },
      );
    });
  }

  /** The caller wants to end. */
  hurry(): void {
    if (this.#hurried) return;
    this.#hurried = true;
    if (this.#stopWaiting) this.#startTimer();
  }

  /** Reads no more, and stops waiting for the source. */
  giveUp(): void {
    this.#givenUp = true;
    this.#stopWaiting?.();
    this.#stopTimer();
  }

  #count(result: Result): void {
    if (!this.#hurried || result.done) return;
    const bytes = result.value?.byteLength ?? 0;
    this.#leftBytes -= bytes;
    this.#leftMs = Math.min(patienceMs, this.#leftMs + bytes / bytesPerMs);
  }

  #startTimer(): void {
    this.#waitingSince = performance.now();
    this.#timer = setTimeout(() => this.giveUp(), this.#leftMs);
  }

  #stopTimer(): void {
    this.#stopWaiting = undefined;
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#leftMs -= performance.now() - this.#waitingSince;
  }
}
