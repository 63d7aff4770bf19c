/** A stretch of compressed audio that a decoder can start at. */
export interface PacketUnit {
  /** Bytes. */
  readonly length: number;
  /** Audio in it, in ms; 0 where that is unknown. */
  readonly durationMs: number;
  /** An Ogg page. */
  readonly page?: OggPage;
}

/** What a page says about the headers of its stream. */
export interface OggPage {
  /** The first page of a stream. A file may be a chain of streams. */
  readonly isFirst: boolean;
  /** By its position: no audio ends on it. */
  readonly mayBeHeader: boolean;
  /** How many packets end on it. */
  readonly packets: number;
}

/** Reads the unit at the start of `bytes`. Undefined: more bytes are needed. */
export type UnitReader = (bytes: Uint8Array) => PacketUnit | undefined;

const silkMs = [10, 20, 40, 60];
const celtMs = [2.5, 5, 10, 20];

/** Length of an Opus packet in ms, from its first two bytes (RFC 6716, section 3.1). */
export function opusPacketMs(packet: Uint8Array): number {
  const toc = packet[0] ?? 0;
  const config = toc >> 3;
  const frameMs = (config >= 16 ? celtMs : config >= 12 ? silkMs.slice(0, 2) : silkMs)[
    config >= 12 && config < 16 ? config & 1 : config & 3
  ];
  const code = toc & 3;
  const frames = code === 3 ? (packet[1] ?? 0) & 63 : code === 0 ? 1 : 2;
  return (frameMs ?? 0) * frames;
}

const adtsRates = [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8000, 7350];

/** AAC frames with ADTS headers (ISO 14496-3, annex 1.A). */
export const readAdtsFrame: UnitReader = (bytes) => {
  if (bytes.length < 7) return undefined;
  const [sync = 0, syncLow = 0, rate = 0, high = 0, middle = 0, low = 0, blocks = 0] = bytes;
  const length = ((high & 3) << 11) | (middle << 3) | (low >> 5);
  const sampleRate = adtsRates[(rate >> 2) & 15];
  if (sync !== 0xff || (syncLow & 0xf6) !== 0xf0 || sampleRate === undefined || length < 7)
    return unreadable(bytes, [0xff]);
  return bytes.length < length ? undefined : { length, durationMs: (((blocks & 3) + 1) * 1_024_000) / sampleRate };
};

const capture = [0x4f, 0x67, 0x67, 0x53] as const; // "OggS"

/** Ogg pages (RFC 3533) with Opus in them (RFC 7845). The packets that start on a page give its length. */
export const readOggPage: UnitReader = (bytes) => {
  if (bytes.length < 27) return undefined;
  if (capture.some((byte, i) => bytes[i] !== byte)) return unreadable(bytes, capture);
  const flags = bytes[5] ?? 0;
  const segments = bytes.subarray(27, 27 + (bytes[26] ?? 0));
  const length = segments.reduce((sum, size) => sum + size, 27 + (bytes[26] ?? 0));
  if (bytes.length < length) return undefined;
  const position = new DataView(bytes.buffer, bytes.byteOffset).getBigInt64(6, true);
  let durationMs = 0;
  let at = length - segments.reduce((sum, size) => sum + size, 0);
  let starts = (flags & 1) === 0;
  let packets = 0;
  for (const size of segments) {
    if (starts && size > 0) durationMs += opusPacketMs(bytes.subarray(at, at + size));
    at += size;
    // A segment of 255 bytes is continued by the next.
    starts = size < 255;
    if (starts) packets++;
  }
  // Pages on which no packet ends have the position -1.
  return { length, durationMs, page: { isFirst: (flags & 2) !== 0, mayBeHeader: position <= 0n, packets } };
};

/** What lies before the next place where a unit may start is passed on as it is. */
function unreadable(bytes: Uint8Array, start: readonly [number, ...number[]]): PacketUnit {
  let next = bytes.indexOf(start[0], 1);
  while (next > 0 && start.some((byte, i) => bytes[next + i] !== byte)) next = bytes.indexOf(start[0], next + 1);
  return { length: next === -1 ? bytes.length : next, durationMs: 0 };
}
