import { detectContainer } from "@voxpipe/audio";
import type { AudioFile, OpenedFormat } from "./audio-file.ts";
import { emptyFile, unsupported } from "./file-errors.ts";
import { openAiff } from "./formats/aiff.ts";
import { openContainer } from "./formats/container.ts";
import { openFlac } from "./formats/flac.ts";
import { openMp3 } from "./formats/mp3.ts";
import { openOgg, owned } from "./formats/ogg.ts";
import { openWav } from "./formats/wav.ts";
import { openWebm } from "./formats/webm.ts";
import { toReadable } from "./output/to-readable.ts";
import { type AudioFileSource, type ByteSource, openSource } from "./source/byte-source.ts";

export interface OpenAudioFileOptions {
  /**
   * Hz of the samples that come out, where the file is decoded.
   * @default the file's own, between 8000 and 16 000
   */
  readonly sampleRate?: number | undefined;
}

/** As many bytes as every signature needs. */
const headBytes = 64;

/**
 * Opens an audio file, and reads as much of it as shows what it is: by its content, never by its name. MP3, FLAC, AIFF, WAV and
 * Ogg Vorbis are decoded to mono s16le; Opus out of WebM, MP4 and Ogg and AAC out of MP4 go as they are, for the service takes
 * them. Memory is bounded, for files of any length.
 *
 * @throws AudioError `unknown-format`, `unsupported-format`, `damaged-file`, `empty-audio`, and those of WAV files. The source's own
 * failure is thrown as it is.
 *
 * @example
 * const file = await openAudioFile(blob);
 * for await (const event of transcribe(file, { token })) …
 */
export async function openAudioFile(given: AudioFileSource, options: OpenAudioFileOptions = {}): Promise<AudioFile> {
  const opened = openSource(given);
  try {
    const { head, source } = await peek(opened);
    if (head.length === 0) throw emptyFile();
    const { chunks, ...file } = await openFormat(source, head, options.sampleRate);
    return { ...file, readable: toReadable(chunks, opened.cancel) };
  } catch (error) {
    opened.cancel();
    throw error;
  }
}

async function openFormat(source: ByteSource, head: Uint8Array, wantedRate: number | undefined): Promise<OpenedFormat> {
  switch (detectContainer(head)) {
    case "wav":
      return openWav(source, wantedRate);
    case "aiff":
      return openAiff(source, wantedRate);
    case "ogg":
      return openOgg(source, head, wantedRate);
    case "webm":
      return openWebm(source, wantedRate);
    case "flac":
      return openFlac(source, head, wantedRate);
    case "aac":
      return {
        format: "aac",
        encoding: "aac",
        sampleRate: undefined,
        duration: undefined,
        chunks: owned(source),
        warning: () => undefined,
      };
    case "mp3":
      return openMp3(source, head, wantedRate);
    case "avi":
      throw unsupported("AVI");
    case "rifx":
      throw unsupported("big-endian WAV (RIFX)");
    default:
      return openContainer(source, wantedRate);
  }
}

/** The first bytes, and the source from its first byte on. */
async function peek(source: ByteSource): Promise<{ head: Uint8Array; source: ByteSource }> {
  if (source.access) return { head: await source.access.read(0, Math.min(headBytes, source.access.size)), source };
  const parts = source.bytes();
  const read: Uint8Array[] = [];
  let length = 0;
  while (length < headBytes) {
    const { done, value } = await parts.next();
    if (done) break;
    read.push(value);
    length += value.length;
  }
  const head = new Uint8Array(length);
  let at = 0;
  for (const part of read) {
    head.set(part, at);
    at += part.length;
  }
  async function* bytes() {
    if (head.length > 0) yield head;
    yield* parts;
  }
  return { head: head.subarray(0, headBytes), source: { ...source, bytes } };
}
