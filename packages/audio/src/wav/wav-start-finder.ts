import { join } from "./join.ts";

/** What may follow audio of unknown length; `?` matches any byte. Eight bytes match by chance once in 10^19. */
const starts = ["RIFF????WAVE", "RF64????WAVE", "BW64????WAVE", "LIST????INFO"].map((pattern) =>
  Array.from(pattern, (char) => (char === "?" ? undefined : char.charCodeAt(0))),
);
const startBytes = 12;
/** 1 for each byte that a start can begin with. */
const isFirst = new Uint8Array(256);
for (const [first] of starts) if (first !== undefined) isFirst[first] = 1;

export interface Scanned {
  readonly audio: Uint8Array;
  /** What follows the audio, from its first byte; undefined if it has not begun. */
  readonly rest: Uint8Array | undefined;
}

/**
 * Finds the start of another WAV file, or of a list chunk, in audio of unknown length. Holds back up to 11 bytes that may be
 * the beginning of one.
 */
export class WavStartFinder {
  #held = new Uint8Array(0);

  /** The bytes held back: they are audio if the input ends here. */
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

/** Where a start begins, even if `bytes` ends within it; the length of `bytes` if there is none. */
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
