import type { Bytes } from "@voxpipe/audio";
import type { OpenedFormat } from "../audio-file.ts";
import { noAudio, skippedWarning, unsupported } from "../file-errors.ts";
import { decodeFlac, decodeOggVorbis, type Skipped } from "../output/decoders.ts";
import { openSpeechPcm } from "../output/speech-pcm.ts";
import type { ByteSource } from "../source/byte-source.ts";

/** Opus goes as it is; FLAC and Vorbis are decoded. `head`: the first page, which names the codec. */
export async function openOgg(
  source: ByteSource,
  head: Uint8Array,
  wantedRate: number | undefined,
): Promise<OpenedFormat> {
  const text = String.fromCharCode(...head);
  const shared = { format: "ogg", duration: undefined } as const;
  if (text.includes("OpusHead"))
    return { ...shared, encoding: "ogg_opus", sampleRate: undefined, chunks: owned(source), warning: () => undefined };
  const skipped: Skipped = { count: 0 };
  const decoder = text.includes("vorbis") ? decodeOggVorbis : text.includes("FLAC") ? decodeFlac : undefined;
  if (!decoder) throw unsupported(text.includes("Speex") ? "Ogg with Speex" : "Ogg without Opus, Vorbis or FLAC");
  const pcm = await openSpeechPcm(decoder(source.bytes(), skipped), wantedRate);
  if (!pcm) throw noAudio("Ogg");
  return { ...shared, ...pcm, encoding: "pcm_s16le", warning: () => skippedWarning("Ogg", skipped) };
}

/** Bytes as they are, in memory that is not shared. */
export async function* owned(source: ByteSource): AsyncGenerator<Bytes, void> {
  for await (const part of source.bytes())
    yield part.buffer instanceof ArrayBuffer ? new Uint8Array(part.buffer, part.byteOffset, part.length) : part.slice();
}
