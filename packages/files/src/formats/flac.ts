import type { OpenedFormat } from "../audio-file.ts";
import { cutShort, joinWarnings, noAudio, skippedWarning } from "../file-errors.ts";
import { decodeFlac, type Skipped } from "../output/decoders.ts";
import { type DecodedAudio, openSpeechPcm } from "../output/speech-pcm.ts";
import type { ByteSource } from "../source/byte-source.ts";

/** `head`: its first bytes, with the STREAMINFO block. */
export async function openFlac(
  source: ByteSource,
  head: Uint8Array,
  wantedRate: number | undefined,
): Promise<OpenedFormat> {
  const skipped: Skipped = { count: 0 };
  const duration = durationOf(head);
  let seconds = 0;
  const counted = counting(decodeFlac(source.bytes(), skipped), (more) => {
    seconds += more;
  });
  const pcm = await openSpeechPcm(counted, wantedRate);
  if (!pcm) throw noAudio("FLAC");
  return {
    ...pcm,
    format: "flac",
    encoding: "pcm_s16le",
    duration,
    warning: () => joinWarnings(cutShort("FLAC", seconds, duration), skippedWarning("FLAC", skipped)),
  };
}

async function* counting(
  decoded: AsyncGenerator<DecodedAudio, void>,
  count: (seconds: number) => void,
): AsyncGenerator<DecodedAudio, void> {
  for await (const part of decoded) {
    count((part.channels[0]?.length ?? 0) / part.sampleRate);
    yield part;
  }
}

/** Seconds; undefined if the encoder did not know. */
function durationOf(head: Uint8Array): number | undefined {
  if (head.length < 26 || ((head[4] ?? 0) & 0x7f) !== 0) return undefined;
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  const sampleRate = view.getUint32(18) >>> 12;
  const samples = (view.getUint8(21) & 0x0f) * 2 ** 32 + view.getUint32(22);
  return sampleRate > 0 && samples > 0 ? samples / sampleRate : undefined;
}
