import { type AudioContainer, detectContainer } from "@voxpipe/audio";
import { type AudioEncoding, StreamingError } from "@voxpipe/core";

/** As many bytes as every signature needs: an Ogg page's header and the name of the codec behind it. */
export const detectionBytes = 64;

/** How the bytes of a source are to be read. */
export type DetectedAudio =
  | { readonly kind: "wav" }
  | { readonly kind: "as-is"; readonly encoding: AudioEncoding; readonly sampleRate: number | undefined };

/** What the options say about the audio. */
export interface StatedFormat {
  readonly encoding?: AudioEncoding | undefined;
  readonly sampleRate?: number | undefined;
}

/**
 * Decides by a source's first bytes. A file's signature outranks the options; MPEG audio without a header, which raw samples
 * can look like by chance, does not.
 *
 * @throws StreamingError `invalid-audio` for a file that has to be decoded first, `invalid-options` for audio that neither
 * its bytes nor the options describe.
 */
export function detectAudio(head: Uint8Array, stated: StatedFormat): DetectedAudio {
  const { encoding, sampleRate } = stated;
  const container = detectContainer(head);
  const certain = container !== undefined && head[0] !== 0xff;
  if (!certain && (encoding !== undefined || sampleRate !== undefined))
    return { kind: "as-is", encoding: encoding ?? "pcm_s16le", sampleRate };
  if (container === "wav") return agreed({ kind: "wav" }, "pcm_s16le", stated);
  if (container === "ogg" && text(head).includes("OpusHead"))
    return agreed({ kind: "as-is", encoding: "ogg_opus", sampleRate: undefined }, "ogg_opus", stated);
  if (container === "aac") return { kind: "as-is", encoding: "aac", sampleRate: undefined };
  if (container !== undefined) throw undecoded(container);
  throw new StreamingError(
    "invalid-options",
    "sampleRate: missing. The audio does not begin like a file of any known format, so it is taken for raw samples: " +
      "give their sampleRate and, unless it is pcm_s16le, their encoding.",
  );
}

/** A file says itself what it is. */
function agreed(detected: DetectedAudio, actual: AudioEncoding, { encoding = actual }: StatedFormat): DetectedAudio {
  if (encoding === actual) return detected;
  throw new StreamingError(
    "invalid-options",
    `encoding: "${encoding}" is not what the audio is: a ${detected.kind === "wav" ? "WAV" : "Ogg Opus"} file, which is sent as ${actual}. Leave encoding out.`,
  );
}

function undecoded(container: AudioContainer): StreamingError {
  return new StreamingError(
    "invalid-audio",
    `The audio is ${names[container]}, which transcribe() does not read by itself. Install @voxpipe/files, and call ` +
      "transcribe(openAudioFile(source), options).",
  );
}

const names: Readonly<Record<AudioContainer, string>> = {
  wav: "a WAV file",
  ogg: "an Ogg file without Opus",
  mp3: "an MP3 file",
  aac: "AAC",
  flac: "a FLAC file",
  mp4: "an MP4 or M4A file",
  webm: "a WebM or Matroska file",
  aiff: "an AIFF file",
  avi: "an AVI file",
  rifx: "a big-endian WAV file (RIFX)",
};

function text(head: Uint8Array): string {
  return String.fromCharCode(...head.subarray(0, detectionBytes));
}
