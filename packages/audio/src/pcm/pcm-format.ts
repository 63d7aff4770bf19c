import { AudioError } from "../audio-error.ts";

/** The encoding of one sample. All are little-endian; `u8` is unsigned, as in WAV; floats are nominally -1 to 1. */
export type SampleEncoding = "u8" | "s16le" | "s24le" | "s32le" | "f32le" | "f64le" | "mulaw" | "alaw";

/** The format of PCM bytes. Channels are interleaved: a frame has one sample of each. */
export interface PcmFormat {
  readonly encoding: SampleEncoding;
  /** Frames per second, in Hz. */
  readonly sampleRate: number;
  /**
   * Number of interleaved channels.
   * @default 1
   */
  readonly channels?: number;
}

/** Bytes of one sample. */
export const bytesPerSample: Readonly<Record<SampleEncoding, number>> = {
  u8: 1,
  s16le: 2,
  s24le: 3,
  s32le: 4,
  f32le: 4,
  f64le: 8,
  mulaw: 1,
  alaw: 1,
};

/** Bytes of one frame. */
export function bytesPerFrame(format: Pick<PcmFormat, "encoding" | "channels">): number {
  return bytesPerSample[format.encoding] * (format.channels ?? 1);
}

/** @throws {AudioError} `invalid-option`, if the format is impossible. */
export function assertPcmFormat(format: PcmFormat): void {
  if (!Object.hasOwn(bytesPerSample, format.encoding)) {
    throw new AudioError(
      "invalid-option",
      `Invalid encoding ${JSON.stringify(format.encoding)}: use one of ${Object.keys(bytesPerSample).join(", ")}.`,
    );
  }
  assertSampleRate("sampleRate", format.sampleRate);
  const channels = format.channels ?? 1;
  if (!Number.isInteger(channels) || channels < 1 || channels > 65_535) {
    throw new AudioError("invalid-option", `Invalid channels ${channels}: use a whole number from 1 to 65535.`);
  }
}

/** @throws {AudioError} `invalid-option`, unless `rate` is a whole number of Hz, from 1. */
export function assertSampleRate(name: string, rate: number): void {
  if (!Number.isInteger(rate) || rate < 1 || rate > 0xffff_ffff) {
    throw new AudioError("invalid-option", `Invalid ${name} ${rate}: use a whole number of Hz, such as 16000.`);
  }
}
