import { AudioError } from "@voxpipe/audio";
import type { Skipped } from "./output/decoders.ts";

const convert = "ffmpeg -i INPUT -ac 1 -ar 16000 speech.wav";

export function emptyFile(): AudioError {
  return new AudioError(
    "empty-audio",
    "The audio file is empty: not one byte. Check that recording or copying it succeeded.",
  );
}

export function unknownFormat(): AudioError {
  return new AudioError(
    "unknown-format",
    `The file's content has no format that is known (MP3, MP4 or M4A, FLAC, WebM, Ogg, AIFF, AAC, WAV). Its name does not count. Raw samples need no file: send them as they are. Convert other formats first: ${convert}`,
  );
}

/** @param what Such as "an MP4 file without audio". */
export function unsupported(what: string): AudioError {
  return new AudioError(
    "unsupported-format",
    `The file is ${what}, which is not read here. Convert it first: ${convert}`,
  );
}

export function noAudio(what: string): AudioError {
  return new AudioError(
    "empty-audio",
    `The ${what} file holds no audio that can be read. Check that recording or copying it succeeded.`,
  );
}

export function damaged(what: string, cause: unknown): AudioError {
  if (cause instanceof AudioError) return cause;
  const message = cause instanceof Error ? cause.message : String(cause);
  const reason = message.startsWith("Assertion failed") ? "it contradicts itself" : message;
  return Object.assign(
    new AudioError(
      "damaged-file",
      `The ${what} file is damaged (${reason.replace(/\.$/, "")}). Copy or record it again.`,
    ),
    { cause },
  );
}

/** A container in which no track is described. */
export function withoutIndex(what: string): AudioError {
  return damaged(
    what,
    "it describes no track: it was cut off before its index, without which nothing in it can be found",
  );
}

export function indexAtEnd(): AudioError {
  return new AudioError(
    "unsupported-format",
    "The MP4 file has its index at its end, and cannot be read as a stream beyond a few MB. Pass a Blob or File, an object with size and " +
      "read(), or rewrite it: ffmpeg -i INPUT -c copy -movflags +faststart OUTPUT",
  );
}

/** What helps if the end of a file is missing. */
export const again = "Copy or record it again to get the rest.";

/** Where a cut is worth a warning, in seconds. */
const noticeable = 0.5;

/** @param seconds Read. @param promised Seconds that the file says it has. */
export function cutShort(what: string, seconds: number, promised: number | undefined): string | undefined {
  const missing = (promised ?? 0) - seconds;
  if (promised === undefined || missing < noticeable) return undefined;
  return `The ${what} file is cut short: ${missing.toFixed(1)} of ${promised.toFixed(1)} s are missing at its end. ${again}`;
}

export function skippedWarning(what: string, { count }: Skipped): string | undefined {
  return count === 0
    ? undefined
    : `The ${what} file is damaged: ${count} frames could not be decoded, and were left out.`;
}

export function joinWarnings(...warnings: readonly (string | undefined)[]): string | undefined {
  return warnings.filter((text) => text !== undefined).join(" ") || undefined;
}
