import type { DecodedAudio } from "./speech-pcm.ts";

/** What the decoders return. */
interface Decoded {
  readonly channelData: Float32Array[];
  readonly samplesDecoded: number;
  readonly sampleRate: number;
  readonly errors: readonly unknown[];
}

/** Counts what could not be decoded. */
export interface Skipped {
  count: number;
}

/** MPEG layers I to III, frame by frame. */
export async function* decodeMpeg(
  frames: AsyncIterable<Uint8Array>,
  skipped: Skipped,
): AsyncGenerator<DecodedAudio, void> {
  const { MPEGDecoder } = await import("mpg123-decoder");
  // Gapless decoding ends where the first of several joined files says.
  const decoder = new MPEGDecoder({ enableGapless: false });
  await decoder.ready;
  try {
    for await (const frame of frames) yield* audioOf(decoder.decodeFrame(frame), skipped);
  } finally {
    decoder.free();
  }
}

/** A FLAC stream, bare or in Ogg. */
export async function* decodeFlac(
  bytes: AsyncIterable<Uint8Array>,
  skipped: Skipped,
): AsyncGenerator<DecodedAudio, void> {
  const { FLACDecoder } = await import("@wasm-audio-decoders/flac");
  yield* decodeStream(new FLACDecoder(), bytes, skipped);
}

/** Vorbis in Ogg. */
export async function* decodeOggVorbis(
  bytes: AsyncIterable<Uint8Array>,
  skipped: Skipped,
): AsyncGenerator<DecodedAudio, void> {
  const { OggVorbisDecoder } = await import("@wasm-audio-decoders/ogg-vorbis");
  yield* decodeStream(new OggVorbisDecoder(), bytes, skipped);
}

interface StreamDecoder {
  readonly ready: Promise<void>;
  decode(bytes: Uint8Array): Promise<Decoded>;
  flush(): Promise<Decoded>;
  free(): void;
}

async function* decodeStream(
  decoder: StreamDecoder,
  bytes: AsyncIterable<Uint8Array>,
  skipped: Skipped,
): AsyncGenerator<DecodedAudio, void> {
  await decoder.ready;
  try {
    for await (const part of bytes) yield* audioOf(await decoder.decode(part), skipped);
    yield* audioOf(await decoder.flush(), skipped);
  } finally {
    decoder.free();
  }
}

function* audioOf({ channelData, samplesDecoded, sampleRate, errors }: Decoded, skipped: Skipped) {
  skipped.count += errors.length;
  if (samplesDecoded > 0) yield { channels: channelData, sampleRate };
}
