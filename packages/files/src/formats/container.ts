import { AudioError, type Bytes, decodeMono, type SampleEncoding } from "@voxpipe/audio";
import type { Input, InputAudioTrack, Source } from "mediabunny";
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
  withoutIndex,
} from "../file-errors.ts";
import { adtsFrame, readAacConfig } from "../output/adts.ts";
import { decodeMpeg, type Skipped } from "../output/decoders.ts";
import { type DecodedAudio, openSpeechPcm } from "../output/speech-pcm.ts";
import type { ByteSource } from "../source/byte-source.ts";
import { begun } from "./first-chunk.ts";
import { Fragments } from "./fragments.ts";

/** Of a file that is read as a stream: what mediabunny keeps in order to look back, in bytes. */
const mostKept = 8 * 1024 * 1024;

/** MP4, QuickTime, WebM, Matroska and MP3, taken apart by mediabunny. */
export async function openContainer(source: ByteSource, wantedRate: number | undefined): Promise<OpenedFormat> {
  const { Input, MATROSKA, MP3, MP4, QTFF, WEBM } = await import("mediabunny");
  const inputOf = (from: Source) => new Input({ source: from, formats: [MP4, QTFF, WEBM, MATROSKA, MP3] });
  const { first, next } = await mediaSources(source);
  const input = inputOf(first);
  const nextInput = () => {
    const from = next();
    return from && inputOf(from);
  };
  try {
    return await openTrack(input, nextInput, source, wantedRate);
  } catch (error) {
    input.dispose();
    throw explain(error, source, "audio");
  }
}

/** `next`: the file from its next fragment on, once reading the first has failed behind the end of one. */
async function mediaSources({ access, bytes }: ByteSource): Promise<{ first: Source; next: () => Source | undefined }> {
  const { CustomSource, ReadableStreamSource } = await import("mediabunny");
  // A read that fails is reported to the read that waits for it.
  const options = { maxCacheSize: mostKept, handleUnhandledError: () => {} };
  if (access) {
    const { size, read } = access;
    const first = new CustomSource({
      getSize: () => size,
      read: (start, end) => read(start, Math.min(end, size)),
      prefetchProfile: "fileSystem",
      ...options,
    });
    return { first, next: () => undefined };
  }
  const fragments = new Fragments(bytes(), mostKept);
  return {
    first: new ReadableStreamSource(fragments.stream(), options),
    next() {
      const stream = fragments.resume();
      return stream && new ReadableStreamSource(stream, options);
    },
  };
}

async function openTrack(
  input: Input,
  nextInput: () => Input | undefined,
  source: ByteSource,
  wantedRate: number | undefined,
): Promise<OpenedFormat> {
  const { name } = await input.getFormat().catch((error: unknown) => {
    throw error instanceof Error && error.name === "UnsupportedInputFormatError" ? unknownFormat() : error;
  });
  const track = await input.getPrimaryAudioTrack();
  if (!track) throw (await input.getTracks()).length === 0 ? withoutIndex(name) : unsupported(`${name} without audio`);
  const [codec, config, promised] = await Promise.all([
    track.getCodec(),
    track.getDecoderConfig(),
    track.getDurationFromMetadata(),
  ]);
  const progress = { endSeconds: 0 };
  const packets = explained(packetsOf(input, track, nextInput, progress), source, name);
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
  nextInput: () => Input | undefined,
  progress: { endSeconds: number },
): AsyncGenerator<Bytes, void> {
  const { EncodedPacketSink } = await import("mediabunny");
  let open = input;
  let from = track;
  try {
    for (;;) {
      let read = 0;
      // One by one: its iterator reads ahead, and gives up what it has read if that fails.
      const sink = new EncodedPacketSink(from);
      try {
        for (let packet = await sink.getFirstPacket(); packet; packet = await sink.getNextPacket(packet)) {
          const { data, timestamp, duration } = packet;
          read++;
          progress.endSeconds = timestamp + duration;
          yield data.buffer instanceof ArrayBuffer
            ? new Uint8Array(data.buffer, data.byteOffset, data.length)
            : data.slice();
        }
        return;
      } catch (error) {
        const next = read > 0 && isTooFarBack(error) ? nextInput() : undefined;
        if (!next) throw error;
        open.dispose();
        open = next;
        const again = await next.getPrimaryAudioTrack();
        if (!again) throw error;
        from = again;
      }
    }
  } finally {
    open.dispose();
  }
}

async function* explained(
  packets: AsyncGenerator<Bytes, void>,
  source: ByteSource,
  name: string,
): AsyncGenerator<Bytes, void> {
  try {
    yield* packets;
  } catch (error) {
    throw explain(error, source, name);
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
  if (!access && isTooFarBack(error)) return indexAtEnd();
  return damaged(name, error);
}

/** What mediabunny says when a stream would have to go back further than it keeps. */
function isTooFarBack(error: unknown): boolean {
  return error instanceof Error && /cache|evict|before/i.test(error.message);
}
