import { bytesPerSample, type SampleEncoding } from "../pcm/pcm-format.ts";
import { malformedWav, unsupportedWav } from "./wav-errors.ts";

/** The meaningful bytes of a `fmt ` chunk: up to the end of WAVE_FORMAT_EXTENSIBLE. */
export const fmtBytes = 40;
const minFmtBytes = 16;

const formatPcm = 1;
const formatFloat = 3;
const formatAlaw = 6;
const formatMulaw = 7;
const formatExtensible = 0xfffe;

/** The end of a sub-format GUID whose first two bytes are an ordinary format tag. */
const taggedGuid = [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71];

const codecNames: Readonly<Record<number, string>> = {
  2: "Microsoft ADPCM",
  17: "IMA ADPCM",
  49: "GSM 6.10",
  69: "G.726 ADPCM",
  80: "MPEG layer 1 or 2",
  85: "MP3",
  255: "AAC",
  353: "Windows Media Audio",
  5648: "AAC",
  8192: "AC-3",
  28751: "Opus",
};

/** The format in a WAV file's `fmt ` chunk. */
export interface WavFormat {
  readonly encoding: SampleEncoding;
  /** Hz. */
  readonly sampleRate: number;
  readonly channels: number;
}

/**
 * Reads the body of a `fmt ` chunk; its first `fmtBytes` bytes are enough.
 * @throws {AudioError} `unsupported-wav` for an unknown codec or layout, `malformed-wav` if it contradicts itself.
 */
export function parseWavFormat(body: Uint8Array): WavFormat {
  if (body.length < minFmtBytes) {
    throw malformedWav(`its fmt chunk has ${body.length} bytes, but at least ${minFmtBytes} are needed`);
  }
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const channels = view.getUint16(2, true);
  const sampleRate = view.getUint32(4, true);
  const byteRate = view.getUint32(8, true);
  const frameBytes = view.getUint16(12, true);
  const bits = view.getUint16(14, true);
  if (channels === 0) throw malformedWav("it declares 0 channels");
  if (sampleRate === 0) throw malformedWav("it declares a sample rate of 0 Hz");
  const encoding = encodingOf(formatTag(view), bits);
  const expected = bytesPerSample[encoding] * channels;
  // Some writers leave it out, or count bits in it, or one channel; the byte rate may still be right.
  const fits = [0, expected, 8 * expected].includes(frameBytes) || byteRate === sampleRate * expected;
  if (!fits) {
    throw malformedWav(`its frames of ${frameBytes} bytes cannot hold ${channels} x ${encoding} (${expected} bytes)`);
  }
  return { encoding, sampleRate, channels };
}

function formatTag(view: DataView): number {
  const tag = view.getUint16(0, true);
  if (tag !== formatExtensible) return tag;
  if (view.byteLength < fmtBytes) {
    throw malformedWav(`its extensible fmt chunk has ${view.byteLength} bytes instead of ${fmtBytes}`);
  }
  if (taggedGuid.some((byte, i) => view.getUint8(26 + i) !== byte)) {
    throw unsupportedWav("its sub-format GUID is unknown");
  }
  return view.getUint16(24, true);
}

/** Samples narrower than their container use its upper bits, so the container decides. */
function encodingOf(tag: number, bits: number): SampleEncoding {
  const encoding = encodingsOf(tag, Math.ceil(bits / 8));
  if (encoding !== undefined) return encoding;
  const known = tag === formatPcm ? "integer PCM" : tag === formatFloat ? "float PCM" : codecNames[tag];
  const hex = `0x${tag.toString(16).padStart(4, "0")}`;
  throw unsupportedWav(`its samples are ${known ?? "in an unknown codec"} (format ${hex}) of ${bits} bits`);
}

function encodingsOf(tag: number, bytes: number): SampleEncoding | undefined {
  if (tag === formatMulaw) return "mulaw";
  if (tag === formatAlaw) return "alaw";
  if (tag === formatPcm) return ([undefined, "u8", "s16le", "s24le", "s32le"] as const)[bytes];
  if (tag === formatFloat) return bytes === 4 ? "f32le" : bytes === 8 ? "f64le" : undefined;
  return undefined;
}
