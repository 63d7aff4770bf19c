import { encodePcm16, PcmDecoder, WavReader } from "@voxpipe/audio";
import type { OpenedFormat } from "../audio-file.ts";
import { speechRate } from "../output/speech-pcm.ts";
import type { ByteSource } from "../source/byte-source.ts";

/** WAV of every kind that `@voxpipe/audio` reads. */
export async function openWav(source: ByteSource, wantedRate: number | undefined): Promise<OpenedFormat> {
  const reader = new WavReader();
  const bytes = source.bytes();
  let decoder: PcmDecoder | undefined;
  let sampleRate = 0;
  let warning: string | undefined;
  async function* decode() {
    for await (const part of bytes) {
      const audio = reader.push(part);
      const { header } = reader;
      if (!header) continue;
      sampleRate ||= wantedRate ?? speechRate(header.sampleRate);
      decoder ??= new PcmDecoder(header, sampleRate);
      yield encodePcm16(decoder.push(audio));
    }
    const held = reader.flush();
    const { truncation, unread } = reader.finish();
    warning = [truncation, unread].flatMap((error) => error?.message ?? []).join(" ") || undefined;
    if (decoder) {
      yield encodePcm16(decoder.push(held));
      yield encodePcm16(decoder.flush());
    }
  }
  const decoded = decode();
  const first = await decoded.next();
  async function* chunks() {
    try {
      if (!first.done && first.value.length > 0) yield first.value;
      for await (const chunk of decoded) if (chunk.length > 0) yield chunk;
    } finally {
      await decoded.return();
    }
  }
  return {
    encoding: "pcm_s16le",
    format: "wav",
    sampleRate,
    duration: reader.header?.duration,
    chunks: chunks(),
    warning: () => warning,
  };
}
