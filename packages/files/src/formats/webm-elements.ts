import type { ByteReader } from "../source/byte-reader.ts";

/** The elements that are read (RFC 9559). */
export const ids = {
  Segment: 0x18538067,
  Info: 0x1549a966,
  TimestampScale: 0x2ad7b1,
  Duration: 0x4489,
  Tracks: 0x1654ae6b,
  Cluster: 0x1f43b675,
  Timestamp: 0xe7,
  SimpleBlock: 0xa3,
  BlockGroup: 0xa0,
  Block: 0xa1,
} as const;

const trackIds = { TrackEntry: 0xae, TrackNumber: 0xd7, CodecId: 0x86, CodecPrivate: 0x63a2, ContentEncodings: 0x6d80 };

export interface ElementHeader {
  readonly id: number;
  /** Undefined: up to the next element of the same level, as recorders write while they do not know. */
  readonly size: number | undefined;
}

export interface WebmTrack {
  readonly number: number;
  /** Such as `A_OPUS`. */
  readonly codec: string;
  /** Blocks are compressed or encrypted once more. */
  readonly encoded: boolean;
  /** Opus's channel mapping family: 0 for mono and stereo. */
  readonly mapping: number;
}

/** Elements whose children are read as if they followed one another: ends need no watching, since every child has a size. */
export function isMaster(id: number): boolean {
  return id === ids.Segment || id === ids.Cluster || id === ids.BlockGroup;
}

/** Undefined at the end of the file, also within a header. */
export async function readHeader(reader: ByteReader): Promise<ElementHeader | undefined> {
  const id = await readVint(reader, true);
  const size = id && (await readVint(reader, false));
  if (!id || !size) return undefined;
  return { id: id.value, size: size.unknown ? undefined : size.value };
}

/** The entries of a Tracks element; what cannot be read is left out. */
export function readTracks(tracks: Uint8Array): WebmTrack[] {
  return [...elements(tracks)]
    .filter(({ id }) => id === trackIds.TrackEntry)
    .map(({ data }) => {
      const fields = new Map([...elements(data)].map(({ id, data: value }) => [id, value]));
      const text = fields.get(trackIds.CodecId) ?? new Uint8Array();
      return {
        number: readNumber(fields.get(trackIds.TrackNumber) ?? new Uint8Array()),
        codec: String.fromCharCode(...text.subarray(0, 32)).replace(/\0+$/, ""),
        encoded: fields.has(trackIds.ContentEncodings),
        mapping: fields.get(trackIds.CodecPrivate)?.[18] ?? 0,
      };
    });
}

/** Big-endian, of up to 8 bytes. */
export function readNumber(bytes: Uint8Array): number {
  return bytes.reduce((value, byte) => value * 256 + byte, 0);
}

function* elements(bytes: Uint8Array): Generator<{ readonly id: number; readonly data: Uint8Array }> {
  for (let at = 0; at < bytes.length; ) {
    const id = vintAt(bytes.subarray(at), true);
    const size = id && vintAt(bytes.subarray(at + id.length), false);
    if (!id || !size) return;
    const start = at + id.length + size.length;
    at = start + size.value;
    yield { id: id.value, data: bytes.subarray(start, at) };
  }
}

interface Vint {
  readonly value: number;
  readonly length: number;
  readonly unknown: boolean;
}

async function readVint(reader: ByteReader, isId: boolean): Promise<Vint | undefined> {
  const [first] = await reader.read(1);
  if (first === undefined) return undefined;
  const length = Math.clz32(first) - 23;
  const rest = await reader.read(Math.min(length, 8) - 1);
  const bytes = new Uint8Array(1 + rest.length);
  bytes[0] = first;
  bytes.set(rest, 1);
  return vintAt(bytes, isId);
}

/** @param isId An id keeps the bit that says its length. */
function vintAt(bytes: Uint8Array, isId: boolean): Vint | undefined {
  const [first = 0] = bytes;
  const length = Math.clz32(first) - 23;
  if (length > 8 || bytes.length < length) return undefined;
  const low = first & (0xff >> length);
  const rest = bytes.subarray(1, length);
  return {
    value: rest.reduce((value, byte) => value * 256 + byte, isId ? first : low),
    length,
    unknown: low === 0xff >> length && rest.every((byte) => byte === 0xff),
  };
}
