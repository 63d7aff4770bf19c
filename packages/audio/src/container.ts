/** File formats that can be recognised by their first bytes. */
export type AudioContainer = "wav" | "ogg" | "mp3" | "aac" | "flac" | "mp4" | "webm" | "aiff" | "avi" | "rifx";

/** How many bytes `detectContainer` needs. */
export const CONTAINER_PROBE_BYTES = 12;

/** Each byte of `pattern` must match; `?` matches any. */
const signatures: readonly (readonly [AudioContainer, pattern: string])[] = [
  ["wav", "RIFF????WAVE"],
  ["wav", "RF64????WAVE"],
  ["wav", "BW64????WAVE"],
  ["rifx", "RIFX????WAVE"],
  ["avi", "RIFF????AVI "],
  ["ogg", "OggS"],
  ["flac", "fLaC"],
  ["mp3", "ID3"],
  ["mp4", "????ftyp"],
  ["aiff", "FORM????AIFF"],
  ["aiff", "FORM????AIFC"],
  ["webm", "\x1a\x45\xdf\xa3"],
];

/**
 * Detects a file's format from its first bytes. Returns `undefined` for raw PCM, which has no mark, and for unknown formats.
 *
 * @example
 * detectContainer(file.subarray(0, CONTAINER_PROBE_BYTES)); // "mp3"
 */
export function detectContainer(start: Uint8Array): AudioContainer | undefined {
  const match = signatures.find(([, pattern]) => matches(start, pattern));
  return match?.[0] ?? detectFrames(start);
}

function matches(start: Uint8Array, pattern: string): boolean {
  if (start.length < pattern.length) return false;
  return Array.from(pattern).every((char, i) => char === "?" || start[i] === char.charCodeAt(0));
}

/** MPEG audio without a container begins with eleven set bits (ADTS: twelve, then a layer of 0). */
function detectFrames(start: Uint8Array): AudioContainer | undefined {
  const [first = 0, second = 0, third = 0] = start;
  if (first !== 0xff) return undefined;
  if ((second & 0xf6) === 0xf0) return "aac";
  const layer = (second >> 1) & 3;
  const bitrate = third >> 4;
  return (second & 0xe0) === 0xe0 && layer !== 0 && bitrate !== 0 && bitrate !== 15 ? "mp3" : undefined;
}
