import { detectContainer } from "../container.ts";
import { ascii, chunkHeaderBytes, uint32 } from "./chunk-header.ts";

const fileStartBytes = 12;
const fileIds = new Set(["RIFF", "RF64", "BW64"]);

/** What follows the audio of a WAV file. */
export type Behind =
  /** Only chunks without audio so far. */
  | { readonly kind: "chunks" }
  /** More audio of the same file: `rest` begins with it. `size` is the length in the chunk's header. */
  | { readonly kind: "data"; readonly size: number; readonly rest: Uint8Array }
  /** Another file, which begins with `start`. */
  | { readonly kind: "file"; readonly start: Uint8Array; readonly rest: Uint8Array }
  /** Not part of a WAV file: `start`, and everything after it. */
  | { readonly kind: "stray"; readonly start: Uint8Array; readonly rest: Uint8Array };

/** Reads what follows the audio of a WAV file, from pieces of any size, in constant memory. */
export class WavTail {
  readonly #field = new Uint8Array(fileStartBytes);
  #filled = 0;
  #needed = chunkHeaderBytes;
  /** Bytes of the current chunk that are still to be skipped, including padding. */
  #skip = 0;
  #skipped = 0;
  /** Audio of an odd length is padded, but some writers forget that. */
  #mayBePadded: boolean;

  /** @param odd whether the audio before this has an odd number of bytes. */
  constructor(odd: boolean) {
    this.#mayBePadded = odd;
  }

  /** Bytes missing from the current chunk, not counting its padding, which many writers forget; 0 between chunks. */
  get unfinished(): number {
    return this.#skip > 1 ? this.#skipped : 0;
  }

  push(bytes: Uint8Array): Behind {
    let rest = bytes;
    while (rest.length > 0) {
      if (this.#skip > 0) {
        const skipped = Math.min(this.#skip, rest.length);
        this.#skip -= skipped;
        this.#skipped += skipped;
        rest = rest.subarray(skipped);
        continue;
      }
      if (this.#mayBePadded) {
        this.#mayBePadded = false;
        if (rest[0] === 0) {
          rest = rest.subarray(1);
          continue;
        }
      }
      const taken = rest.subarray(0, this.#needed - this.#filled);
      this.#field.set(taken, this.#filled);
      this.#filled += taken.length;
      rest = rest.subarray(taken.length);
      if (this.#filled < this.#needed) break;
      const behind = this.#complete(rest);
      if (behind) return behind;
    }
    return { kind: "chunks" };
  }

  /** The field is complete. */
  #complete(rest: Uint8Array): Behind | undefined {
    const start = this.#field.slice(0, this.#filled);
    const id = ascii(start, 4);
    if (fileIds.has(id) && this.#filled < fileStartBytes) {
      this.#needed = fileStartBytes;
      return undefined;
    }
    this.#filled = 0;
    this.#needed = chunkHeaderBytes;
    if (detectContainer(start) === "wav") return { kind: "file", start, rest };
    const size = uint32(start, 4);
    if (id === "data") return { kind: "data", size, rest };
    // A reader cannot know what to do with a second format in one file.
    if (!/^[\x20-\x7e]{4}$/.test(id) || fileIds.has(id) || id === "fmt ") return { kind: "stray", start, rest };
    this.#skip = size + (size % 2);
    this.#skipped = chunkHeaderBytes;
    return undefined;
  }
}
