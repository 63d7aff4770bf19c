import { InvalidArgumentError, type SharedV4AudioFormat, UnsupportedFunctionalityError } from "@ai-sdk/provider";
import { type SampleEncoding, toPcm16 } from "@voxpipe/audio";
import { openAudioFile } from "@voxpipe/files";
import type { DescribedAudio } from "voxpipe";

/** Samples whose encoding the service does not take, by media type. */
const converted: Readonly<Record<string, SampleEncoding>> = { "audio/pcma": "alaw" };

/** What goes as it is, by media type. */
const direct = {
  "audio/pcm": "pcm_s16le",
  "audio/pcmu": "pcm_mulaw",
  "audio/basic": "pcm_mulaw",
  "audio/opus": "opus",
  "audio/aac": "aac",
  "audio/aacp": "aac",
} as const;

/** Files, which are detected by their content. */
const files = new Set(
  ["ogg", "wav", "wave", "x-wav", "mpeg", "mp3", "mp4", "x-m4a", "m4a", "webm", "flac", "x-flac", "aiff", "x-aiff"].map(
    (subtype) => `audio/${subtype}`,
  ),
);

/**
 * The audio of a stream call as a session takes it.
 *
 * @throws UnsupportedFunctionalityError for a media type that is not known; InvalidArgumentError for samples without a rate.
 */
export function describeAudio(
  audio: ReadableStream<Uint8Array | string>,
  { type, rate }: SharedV4AudioFormat,
): DescribedAudio | Promise<DescribedAudio> {
  const mediaType = type.split(";")[0]?.trim().toLowerCase() ?? "";
  const bytes = audio.pipeThrough(decodeBase64());
  const telephone = mediaType !== "audio/pcm" ? 8000 : undefined;
  if (isDirect(mediaType)) {
    const encoding = direct[mediaType];
    if (!encoding.startsWith("pcm")) return { readable: bytes, encoding, sampleRate: rate };
    return { readable: bytes, encoding, sampleRate: rate ?? telephone ?? missingRate(type) };
  }
  const encoding = converted[mediaType];
  if (encoding) {
    const sampleRate = rate ?? telephone ?? missingRate(type);
    return { readable: bytes.pipeThrough(toPcm16({ encoding, sampleRate })), sampleRate };
  }
  if (files.has(mediaType)) return openAudioFile(bytes);
  const known = [...Object.keys(direct), ...Object.keys(converted), ...files].join(", ");
  throw new UnsupportedFunctionalityError({
    functionality: `audio of type ${JSON.stringify(type)}`,
    message: `Audio of type ${JSON.stringify(type)} is not supported. Use one of ${known}.`,
  });
}

function isDirect(mediaType: string): mediaType is keyof typeof direct {
  return Object.hasOwn(direct, mediaType);
}

function missingRate(type: string): never {
  throw new InvalidArgumentError({
    argument: "inputAudioFormat.rate",
    message: `inputAudioFormat.rate is missing. ${type} has no header that says it: give it in Hz, such as 16000.`,
  });
}

/** Bytes as they are, and the bytes of base64. */
function decodeBase64(): TransformStream<Uint8Array | string, Uint8Array> {
  return new TransformStream({
    transform(chunk, controller) {
      controller.enqueue(typeof chunk === "string" ? bytesOf(chunk) : chunk);
    },
  });
}

/** @throws InvalidArgumentError */
export function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.from(atob(base64.replace(/-/g, "+").replace(/_/g, "/")), (char) => char.charCodeAt(0));
  } catch (cause) {
    throw new InvalidArgumentError({ argument: "audio", message: "A text chunk of audio is not base64.", cause });
  }
}
