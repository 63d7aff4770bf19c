import { AudioError, bytesPerSample, decodeMono, type SampleEncoding } from "@voxpipe/audio";
import type { OpenedFormat } from "../audio-file.ts";
import { again, damaged, noAudio, unsupported } from "../file-errors.ts";
import { type DecodedAudio, openSpeechPcm } from "../output/speech-pcm.ts";
import { ByteReader } from "../source/byte-reader.ts";
import type { ByteSource } from "../source/byte-source.ts";

/** What the samples are, once their bytes are in the order of WAV. */
interface Samples {
  readonly encoding: SampleEncoding;
  readonly channels: number;
  readonly sampleRate: number;
  readonly frames: number;
  /** Bytes of a sample are in the order of AIFF. */
  readonly bigEndian: boolean;
  /** 8-bit samples are signed in AIFF, and not in WAV. */
  readonly signedBytes: boolean;
}

/** Longer chunks in front of the audio are passed over, and a COMM chunk has some twenty bytes. */
const longestHeader = 64 * 1024;
const unknownLength = 0xffffffff;

/** AIFF and AIFF-C with samples that are not compressed, or mu-law or A-law. */
export async function openAiff(source: ByteSource, wantedRate: number | undefined): Promise<OpenedFormat> {
  const reader = new ByteReader(source.bytes());
  const { samples, audioBytes } = await readHeader(reader);
  const frameBytes = bytesPerSample[samples.encoding] * samples.channels;
  let read = 0;
  const decoded = decode(reader.rest(audioBytes), samples, frameBytes, (bytes) => {
    read += bytes;
  });
  const pcm = await openSpeechPcm(decoded, wantedRate);
  if (!pcm) throw noAudio("AIFF");
  const promised = audioBytes ?? samples.frames * frameBytes;
  return {
    ...pcm,
    encoding: "pcm_s16le",
    format: "aiff",
    duration: samples.frames > 0 ? samples.frames / samples.sampleRate : undefined,
    warning() {
      const missing = promised - read;
      if (missing < frameBytes) return undefined;
      const seconds = (missing / frameBytes / samples.sampleRate).toFixed(2);
      return `The AIFF file is cut short: ${missing} of ${promised} bytes of audio (${seconds} s) are missing at its end. ${again}`;
    },
  };
}

async function readHeader(reader: ByteReader): Promise<{ samples: Samples; audioBytes: number | undefined }> {
  await reader.skip(12);
  let samples: Samples | undefined;
  for (;;) {
    const head = await reader.read(8);
    if (head.length < 8) throw damaged("AIFF", "it ends before its audio");
    const view = viewOf(head);
    const id = String.fromCharCode(...head.subarray(0, 4));
    const size = view.getUint32(4);
    const padded = size + (size % 2);
    if (id === "COMM") {
      if (size > longestHeader) throw damaged("AIFF", `its COMM chunk says ${size} bytes`);
      samples = readCommon(await reader.read(padded));
    } else if (id === "SSND") {
      if (!samples) throw unsupported("AIFF with its description behind its audio");
      const start = await reader.read(8);
      const offset = start.length === 8 ? viewOf(start).getUint32(0) : 0;
      await reader.skip(offset);
      const unknown = size === 0 || size === unknownLength || size < 8 + offset;
      return { samples, audioBytes: unknown ? undefined : size - 8 - offset };
    } else await reader.skip(padded);
  }
}

function readCommon(chunk: Uint8Array): Samples {
  if (chunk.length < 18) throw damaged("AIFF", "it ends in its description");
  const view = viewOf(chunk);
  const channels = view.getUint16(0);
  const frames = view.getUint32(2);
  const bits = view.getUint16(6);
  const sampleRate = extendedFloat(view, 8);
  const type = chunk.length >= 22 ? String.fromCharCode(...chunk.subarray(18, 22)) : "NONE";
  const kind = kindOf(type, bits);
  if (!kind) throw unsupported(`AIFF of type "${printable(type)}" with ${bits} bits`);
  if (channels < 1 || channels > 64 || !(sampleRate >= 1 && sampleRate <= 768_000))
    throw new AudioError(
      "damaged-file",
      `The AIFF file says ${channels} channels at ${sampleRate} Hz. Record it again.`,
    );
  return { ...kind, channels, sampleRate: Math.round(sampleRate), frames };
}

function kindOf(type: string, bits: number): Pick<Samples, "encoding" | "bigEndian" | "signedBytes"> | undefined {
  const named = (
    {
      fl32: "f32le",
      FL32: "f32le",
      fl64: "f64le",
      FL64: "f64le",
      ulaw: "mulaw",
      ULAW: "mulaw",
      alaw: "alaw",
      ALAW: "alaw",
      in24: "s24le",
      in32: "s32le",
    } as const
  )[type];
  if (named) return { encoding: named, bigEndian: true, signedBytes: false };
  const encoding = (["u8", "s16le", "s24le", "s32le"] as const)[Math.ceil(bits / 8) - 1];
  if (!encoding || !["NONE", "twos", "sowt", "raw "].includes(type)) return undefined;
  return { encoding, bigEndian: type !== "sowt", signedBytes: type !== "raw " };
}

async function* decode(
  bytes: AsyncGenerator<Uint8Array, void>,
  { encoding, channels, sampleRate, bigEndian, signedBytes }: Samples,
  frameBytes: number,
  onRead: (bytes: number) => void,
): AsyncGenerator<DecodedAudio, void> {
  const width = bytesPerSample[encoding];
  let held = new Uint8Array();
  for await (const part of bytes) {
    onRead(part.length);
    const all = new Uint8Array(held.length + part.length);
    all.set(held);
    all.set(part, held.length);
    const whole = all.subarray(0, all.length - (all.length % frameBytes));
    held = all.slice(whole.length);
    if (whole.length === 0) continue;
    if (bigEndian && width > 1)
      for (let at = 0; at < whole.length; at += width) whole.subarray(at, at + width).reverse();
    if (encoding === "u8" && signedBytes) for (let at = 0; at < whole.length; at++) whole[at] = (whole[at] ?? 0) ^ 0x80;
    yield { channels: [decodeMono(whole, encoding, channels)], sampleRate };
  }
}

/** The 80-bit float of the rate. */
function extendedFloat(view: DataView, at: number): number {
  const exponent = (view.getUint16(at) & 0x7fff) - 16383;
  return (view.getUint32(at + 2) * 2 ** 32 + view.getUint32(at + 6)) * 2 ** (exponent - 63);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function printable(type: string): string {
  return type.replace(/[^\x20-\x7e]/g, "?");
}
