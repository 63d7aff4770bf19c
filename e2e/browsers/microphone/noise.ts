/**
 * Samples that are found nowhere else in themselves, so that a gap and a repetition are exact: a seeded noise. No louder
 * than half: Chromium takes 32767 for full scale above zero, which changes louder ones by 1.
 */
export function noise(count: number): Int16Array {
  let state = 0x2545f491;
  return Int16Array.from({ length: count }, () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >> 18;
  });
}

/** A WAV file of mono 16-bit samples. */
export function wavFile(samples: Int16Array, sampleRate: number): Uint8Array {
  const file = new Uint8Array(44 + samples.byteLength);
  const view = new DataView(file.buffer);
  file.set(Buffer.from("RIFF____WAVEfmt ____________________data____"));
  view.setUint32(4, 36 + samples.byteLength, true);
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, sampleRate, true);
  view.setUint32(28, sampleRate * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  view.setUint32(40, samples.byteLength, true);
  file.set(new Uint8Array(samples.buffer), 44);
  return file;
}

/** A piece of the original that came unharmed. */
export interface Run {
  /** Where it begins in what was recorded, and in the original, in samples. */
  readonly at: number;
  readonly from: number;
  readonly length: number;
}

/** Samples that must agree for a run to begin; and how far a jump may lead. */
const probe = 32;
const farthest = 20_000;

/** All unharmed pieces of `original` in what was recorded: between two of them something was inserted, lost or repeated. */
export function findRuns(recorded: Int16Array, original: Int16Array): Run[] {
  const runs: Run[] = [];
  let expected = 0;
  for (let at = 0; at + probe <= recorded.length && expected + probe <= original.length; ) {
    // Silence is in no noise, and takes long to look for.
    const from = isSilent(recorded, at) ? undefined : place(recorded, at, original, expected);
    if (from === undefined) {
      at++;
      continue;
    }
    let length = probe;
    while (at + length < recorded.length && recorded[at + length] === original[from + length]) length++;
    runs.push({ at, from, length });
    at += length;
    expected = from + length;
  }
  return runs;
}

function isSilent(recorded: Int16Array, at: number): boolean {
  return recorded.subarray(at, at + probe).every((sample) => sample === 0);
}

function place(recorded: Int16Array, at: number, original: Int16Array, expected: number): number | undefined {
  const last = Math.min(original.length - probe, expected + farthest);
  for (let from = Math.max(0, expected - farthest); from <= last; from++) {
    let same = 0;
    while (same < probe && recorded[at + same] === original[from + same]) same++;
    if (same === probe) return from;
  }
  return undefined;
}
