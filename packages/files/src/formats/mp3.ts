import type { OpenedFormat } from "../audio-file.ts";
import { cutShort, joinWarnings, noAudio, skippedWarning, unknownFormat } from "../file-errors.ts";
import { decodeMpeg, type Skipped } from "../output/decoders.ts";
import { openSpeechPcm } from "../output/speech-pcm.ts";
import type { ByteSource } from "../source/byte-source.ts";
import { type MpegFrame, mpegFrames } from "./mpeg-frames.ts";

/** MPEG audio, frame by frame. */
export async function openMp3(
  source: ByteSource,
  head: Uint8Array,
  wantedRate: number | undefined,
): Promise<OpenedFormat> {
  const frames = mpegFrames(source.bytes());
  const first = await frames.next();
  if (first.done) throw isTagged(head) ? noAudio("MP3") : unknownFormat();
  // A table without a count says nothing.
  const promised = first.value.wholeSeconds || undefined;
  const progress = { seconds: 0 };
  const skipped: Skipped = { count: 0 };
  const pcm = await openSpeechPcm(decodeMpeg(sounding(first.value, frames, progress), skipped), wantedRate);
  if (!pcm) throw noAudio("MP3");
  return {
    ...pcm,
    format: "mp3",
    encoding: "pcm_s16le",
    duration: promised,
    warning: () => joinWarnings(cutShort("MP3", progress.seconds, promised), skippedWarning("MP3", skipped)),
  };
}

/** A title, as in the ID3 format, which only MP3 files have. */
function isTagged(head: Uint8Array): boolean {
  return head[0] === 0x49 && head[1] === 0x44 && head[2] === 0x33;
}

async function* sounding(first: MpegFrame, rest: AsyncGenerator<MpegFrame, void>, progress: { seconds: number }) {
  try {
    if (first.wholeSeconds === undefined) yield* counted(first, progress);
    for await (const frame of rest) if (frame.wholeSeconds === undefined) yield* counted(frame, progress);
  } finally {
    await rest.return();
  }
}

function* counted({ bytes, seconds }: MpegFrame, progress: { seconds: number }) {
  progress.seconds += seconds;
  yield bytes;
}
