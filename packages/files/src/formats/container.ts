import { AudioError, type Bytes, decodeMono, type SampleEncoding } from "@voxpipe/audio";
import type { EncodedPacket, Input, InputAudioTrack, Source } from "mediabunny";
import type { AudioFormat, OpenedFormat } from "../audio-file.ts";
import {
  cutShort,
  damaged,
  indexAtEnd,
  joinWarnings,
  noAudio,
  skippedWarning,
  unknownFormat,
  unsupported,
} from "../file-errors.ts";
import { adtsFrame, readAacConfig } from "../output/adts.ts";
import { decodeMpeg, type Skipped } from "../output/decoders.ts";
import { type DecodedAudio, openSpeechPcm } from "../output/speech-pcm.ts";
import type { ByteSource } from "../source/byte-source.ts";
import { begun } from "./first-chunk.ts";

/** Of a file that is read as a stream: what mediabunny keeps in order to look back, in bytes. */
const mostKept = 8 * 1024 * 1024;

/** MP4, QuickTime, WebM, Matroska and MP3, taken apart by mediabunny. */
export async function openContainer(source: ByteSource, wantedRate: number | undefined): Promise<OpenedFormat> {
  const { Input, MATROSKA, MP3, MP4, QTFF, WEBM } = await import("mediabunny");
  const input = new Input({ source: await mediaSource(source), formats: [MP4, QTFF, WEBM, MATROSKA, MP3] });
  try {
    return await openTrack(input, source, wantedRate);
  } catch (error) {
    input.dispose();
    throw explain(error, source, "audio");
  }
}

async function mediaSource({ access, bytes }: ByteSource): Promise<Source> {
  const { CustomSource, ReadableStreamSource } = await import("mediabunny");
  // A read that fails is reported to the read that waits for it.
  const handleUnhandledError = () => {};
  if (access) {
    const { size, read } = access;
    return new CustomSource({
      getSize: () => size,
      read: (start, end) => read(start, Math.min(end, size)),
      maxCacheSize: mostKept,
      handleUnhandledError,
    });
  }
  const parts = bytes();
  const stream = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await parts.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
    },
    { highWaterMark: 0 },
  );
  return new ReadableStreamSource(stream, { maxCacheSize: mostKept, handleUnhandledError });
}

async function openTrack(input: Input, source: ByteSource, wantedRate: number | undefined): Promise<OpenedFormat> {
  const { name } = await input.getFormat().catch((error: unknown) => {
    throw error instanceof Error && error.name === "UnsupportedInputFormatError" ? unknownFormat() : error;
  });
  const track = await input.getPrimaryAudioTrack();
  if (!track) throw unsupported(`${name} without audio, or cut before its index`);
  const [codec, config, promised] = await Promise.all([
    track.getCodec(),
    track.getDecoderConfig(),
    track.getDurationFromMetadata(),
  ]);
  const progress = { endSeconds: 0 };
  const packets = packetsOf(input, track, source, name, progress);
  const known = { format: formatOf(name), duration: promised ?? undefined };
  const cut = () => cutShort(name, progress.endSeconds, promised ?? undefined);

  if (codec === "opus") {
    const mapping = config?.description ? bytesOf(config.description)[18] : 0;
    if (mapping !== 0) throw unsupported(`${name} with Opus of more than two channels`);
    return {
      ...known,
      encoding: "opus",
      sampleRate: undefined,
      chunks: await begun(packets, name),
      warning: cut,
    };
  }
  if (codec === "aac") {
    const aac = config?.description ? readAacConfig(bytesOf(config.description)) : undefined;
    if (!aac) throw unsupported(`${name} with AAC of a kind that cannot be sent`);
    const frames = mapped(packets, (frame) => adtsFrame(aac, frame));
    return {
      ...known,
      encoding: "aac",
      sampleRate: undefined,
      chunks: await begun(frames, name),
      warning: cut,
    };
  }
  const skipped: Skipped = { count: 0 };
  const decoded = decoderOf(codec, packets, skipped, config);
  if (!decoded) throw unsupported(`${name} with ${codec === null ? "a codec that is not known" : codec}`);
  const pcm = await openSpeechPcm(decoded, wantedRate);
  if (!pcm) throw noAudio(name);
  return { ...known, ...pcm, encoding: "pcm_s16le", warning: () => joinWarnings(cut(), skippedWarning(name, skipped)) };
}

async function* packetsOf(
  input: Input,
  track: InputAudioTrack,
  source: ByteSource,
  name: string,
  progress: { endSeconds: number },
): AsyncGenerator<Bytes, void> {
  const { EncodedPacketSink } = await import("mediabunny");
  const packets: AsyncGenerator<EncodedPacket, void> = new EncodedPacketSink(track).packets();
  try {
    for await (const { data, timestamp, duration } of packets) {
      progress.endSeconds = timestamp + duration;
      yield data.buffer instanceof ArrayBuffer
        ? new Uint8Array(data.buffer, data.byteOffset, data.length)
        : data.slice();
    }
  } catch (error) {
    throw explain(error, source, name);
  } finally {
    input.dispose();
  }
}

async function* mapped(
  chunks: AsyncGenerator<Bytes, void>,
  map: (chunk: Bytes) => Bytes | undefined,
): AsyncGenerator<Bytes, void> {
  for await (const chunk of chunks) {
    const result = map(chunk);
    if (result) yield result;
  }
}

const pcmEncodings: Readonly<Record<string, SampleEncoding>> = {
  "pcm-u8": "u8",
  "pcm-s16": "s16le",
  "pcm-s24": "s24le",
  "pcm-s32": "s32le",
  "pcm-f32": "f32le",
  "pcm-f64": "f64le",
  ulaw: "mulaw",
  alaw: "alaw",
};

function decoderOf(
  codec: string | null,
  packets: AsyncGenerator<Bytes, void>,
  skipped: Skipped,
  config: { readonly sampleRate: number; readonly numberOfChannels: number } | null,
): AsyncGenerator<DecodedAudio, void> | undefined {
  if (codec === "mp3") return decodeMpeg(packets, skipped);
  const encoding = pcmEncodings[codec ?? ""];
  if (!encoding || !config) return undefined;
  const { sampleRate, numberOfChannels } = config;
  return (async function* () {
    for await (const packet of packets)
      yield { channels: [decodeMono(packet, encoding, numberOfChannels)], sampleRate };
  })();
}

function formatOf(name: string): AudioFormat {
  if (name === "MP3") return "mp3";
  return name === "WebM" || name === "Matroska" ? "webm" : "mp4";
}

function bytesOf(data: AllowSharedBufferSource): Uint8Array {
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
}

function explain(error: unknown, { access }: ByteSource, name: string): AudioError {
  if (error instanceof AudioError) return error;
  // What mediabunny says when a stream would have to go back further than it keeps.
  if (!access && error instanceof Error && /cache|evict|before/i.test(error.message)) return indexAtEnd();
  return damaged(name, error);
}
