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

export interface Found {
  /** Samples of the original that came, one behind the other without a change, from the first that was found. */
  readonly exact: number;
  /** Where the first of them lies in the original. */
  readonly from: number;
}

/** Looks for `original` in what was recorded: where it begins, and how far it goes on unharmed. */
export function findNoise(recorded: Int16Array, original: Int16Array): Found {
  const probe = 32;
  const places = new Map<string, number>();
  for (let i = 0; i + probe <= Math.min(original.length, 200_000); i++) {
    places.set(original.subarray(i, i + probe).join(), i);
  }
  for (let at = 0; at + probe <= recorded.length; at++) {
    const from = places.get(recorded.subarray(at, at + probe).join());
    if (from === undefined) continue;
    let exact = 0;
    while (from + exact < original.length && recorded[at + exact] === original[from + exact]) exact++;
    return { exact, from };
  }
  return { exact: 0, from: -1 };
}
