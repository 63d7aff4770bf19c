import { AudioError } from "../audio-error.ts";
import { detectContainer } from "../container.ts";
import type { WavFormat } from "./wav-format.ts";

const writeAgain = "Write the file again with the tool that made it.";

/** A file that contradicts itself; `reason` continues "Malformed WAV: ". */
export function malformedWav(reason: string, remedy = writeAgain): AudioError {
  return new AudioError("malformed-wav", `Malformed WAV: ${reason}. ${remedy}`);
}

/** A file that must be converted first; `reason` continues "Unsupported WAV: ". */
export function unsupportedWav(reason: string): AudioError {
  return new AudioError(
    "unsupported-wav",
    `Unsupported WAV: ${reason}. Convert it to 16-bit PCM first, for example with: ` +
      "ffmpeg -i input.wav -c:a pcm_s16le output.wav",
  );
}

/** A file that begins with `start`. */
export function notWav(start: Uint8Array): AudioError {
  const container = detectContainer(start);
  if (container === "rifx") return unsupportedWav("it is big-endian (RIFX)");
  const found = container === undefined ? `it begins with ${printable(start)}` : `it is ${container.toUpperCase()}`;
  return new AudioError(
    "not-wav",
    `Not a WAV file: ${found}, not with "RIFF" and "WAVE". Convert it to WAV first, or read it as raw PCM if it is.`,
  );
}

/** A file that ended after `bytes` bytes, before the end of its header. */
export function truncatedHeader(bytes: number): AudioError {
  return new AudioError(
    "truncated-wav",
    `The WAV file is truncated: it ends after ${bytes} bytes, before any audio. Copy or record it again.`,
  );
}

/** A file that ended `missing` bytes, or `seconds`, before the end of its audio. */
export function truncatedData(missing: number, promised: number, seconds: number): AudioError {
  return new AudioError(
    "truncated-wav",
    `The WAV file is truncated: ${missing} of ${promised} bytes of audio (${seconds.toFixed(2)} s) ` +
      "are missing at its end. Copy or record it again to get the rest.",
  );
}

/** A second file after the first one, `bytes` bytes in all, that cannot be read as its continuation. */
export function anotherFormat(bytes: number, first: WavFormat, next: WavFormat): AudioError {
  return new AudioError(
    "unread-wav",
    `Another WAV file follows, ${describe(next)} instead of ${describe(first)}: ${bytes} bytes were not read. ` +
      "Convert all files to one format before joining them, or read each on its own.",
  );
}

/** A second file after the first one that could not be read on its own either. */
export function unreadableFile(bytes: number, reason: AudioError): AudioError {
  return new AudioError(
    "unread-wav",
    `Another WAV file follows; ${bytes} bytes of it were not read. ${reason.message}`,
  );
}

/** Bytes after the audio that are not part of the WAV file. */
export function strayBytes(bytes: number): AudioError {
  return new AudioError(
    "unread-wav",
    `${bytes} bytes after the audio belong to no chunk of the WAV file and were not read. If they are audio, the length ` +
      "in the header is wrong: write the file again with the tool that made it.",
  );
}

function describe({ encoding, channels, sampleRate }: WavFormat): string {
  return `${encoding} with ${channels} ${channels === 1 ? "channel" : "channels"} at ${sampleRate} Hz`;
}

/** The first bytes as text if they are text, otherwise in hexadecimal. */
function printable(bytes: Uint8Array): string {
  const shown = bytes.subarray(0, 8);
  const text = String.fromCharCode(...shown);
  if (/^[\x20-\x7e]+$/.test(text)) return JSON.stringify(text);
  return Array.from(shown, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
}
