import { join } from "./join.ts";

/** What may follow audio whose length is not known; `?` matches any byte. Eight bytes agree by chance once in 10^19. */
const starts = ["RIFF????WAVE", "RF64????WAVE", "BW64????WAVE", "LIST????INFO"].map((pattern) =>
  Array.from(pattern, (char) => (char === "?" ? undefined : char.charCodeAt(0))),
);
const startBytes = 12;
/** 1 for each byte that a start begins with. */
const isFirst = new Uint8Array(256);
for (const [first] of starts) if (first !== undefined) isFirst[first] = 1;

export interface Scanned {
  readonly audio: Uint8Array;
  /** What follows the audio, from its first byte on; undefined if it has not begun yet. */
  readonly rest: Uint8Array | undefined;
}

/**
 * Finds the start of another WAV file, or of a list of texts, in audio whose length is not known. Holds back up to 11 bytes
 * that may be the beginning of one.
 */
export class WavStartFinder {
  #held = new Uint8Array(0);

  /** Bytes that are held back: audio, if the input ends here. */
  get held(): Uint8Array {
    return this.#held;
  }

  push(bytes: Uint8Array): Scanned {
    const all = this.#held.length === 0 ? bytes : join([this.#held, bytes]);
    const at = find(all);
    const audio = all.subarray(0, at);
    const found = at + startBytes <= all.length;
    this.#held = found ? new Uint8Array(0) : all.slice(at);
    return { audio, rest: found ? all.subarray(at) : undefined };
  }
}

/** Where a start begins, be it cut off by the end of `bytes`; their length if none does. */
function find(bytes: Uint8Array): number {
  for (let at = 0; at < bytes.length; at++) {
    if (isFirst[bytes[at] ?? 0] === 1 && starts.some((start) => agrees(bytes, at, start))) return at;
  }
  return bytes.length;
}

function agrees(bytes: Uint8Array, at: number, start: readonly (number | undefined)[]): boolean {
  const length = Math.min(startBytes, bytes.length - at);
  for (let i = 0; i < length; i++) if (start[i] !== undefined && start[i] !== bytes[at + i]) return false;
  return true;
}
