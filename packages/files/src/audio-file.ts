import type { Bytes } from "@voxpipe/audio";

/** What a file is, by its content. */
export type AudioFormat = "wav" | "aiff" | "mp3" | "flac" | "mp4" | "webm" | "ogg" | "aac";

/** What comes out: samples, or what the service takes compressed. */
export type FileEncoding = "pcm_s16le" | "opus" | "ogg_opus" | "aac";

/** A file's audio as a session takes it. `transcribe` of `voxpipe` takes the whole object, or a promise of it. */
export interface AudioFile {
  /**
   * The audio, read as fast as it is taken: mono s16le, or for `opus` one packet a chunk, or the bytes of Ogg or ADTS. Fails with an
   * `AudioError` where the file is damaged so that nothing behind it can be read. Cancelling it closes the source.
   */
  readonly readable: ReadableStream<Bytes>;
  readonly encoding: FileEncoding;
  /** Hz of the samples; undefined where the compressed audio says it itself. */
  readonly sampleRate: number | undefined;
  readonly format: AudioFormat;
  /** Seconds, as the file says; undefined where it does not. */
  readonly duration: number | undefined;
  /** What was wrong with the file although it could be read, such as a missing end. Complete once `readable` has ended. */
  warning(): string | undefined;
}

/** How one format is opened: what comes out, from a generator that frees what it holds when it is returned. */
export interface OpenedFormat extends Omit<AudioFile, "readable"> {
  readonly chunks: AsyncGenerator<Bytes, void>;
}
