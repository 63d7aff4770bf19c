import type { AudioChunk, AudioEncoding } from "@voxpipe/core";
import type { AudioSource } from "../streaming-client/audio-source.ts";

/** A stream that knows what its audio is: what `openMicrophone()` and `openAudioFile()` of `@voxpipe/files` return. */
export interface DescribedAudio {
  readonly readable: Pick<ReadableStream<AudioChunk>, "getReader">;
  /** Hz. May be missing for `opus`, `ogg_opus` and `aac`. */
  readonly sampleRate?: number | undefined;
  /** @default "pcm_s16le" */
  readonly encoding?: AudioEncoding | undefined;
  /** Called when all audio was read: what was wrong with it although it could be read, such as a missing end. */
  warning?(): string | undefined;
}

/**
 * Audio for `transcribe`: bytes, a `Blob` or `File`, an iterable, async iterable or `ReadableStream` of bytes (so also Node's
 * `createReadStream`), a stream that describes itself, or a promise of any of these.
 */
export type TranscribeSource = AudioSource | Blob | DescribedAudio | PromiseLike<AudioSource | Blob | DescribedAudio>;

/** Whether a source has a stream in it. */
export function isDescribed(source: unknown): source is DescribedAudio {
  return typeof Reflect.get(Object(Reflect.get(Object(source), "readable")), "getReader") === "function";
}

/** Of any realm. */
export function isBlob(source: unknown): source is Blob {
  return typeof source === "object" && source !== null && "stream" in source && typeof source.stream === "function";
}
