/** An Ogg stream (RFC 3533) taken apart, and put together from packets again with pages of another length. */

const headerBytes = 27;
const crcTable = Uint32Array.from({ length: 256 }, (_, index) => {
  let crc = index << 24;
  for (let i = 0; i < 8; i++) crc = (crc << 1) ^ (crc < 0 ? 0x04c11db7 : 0);
  return crc >>> 0;
});

/** The packets of a stream, its headers among them. */
export function oggPackets(stream: Uint8Array): Uint8Array[] {
  const packets: Uint8Array[] = [];
  let open: Uint8Array[] = [];
  for (let at = 0; at + headerBytes <= stream.length; ) {
    const segments = stream.subarray(at + headerBytes, at + headerBytes + (stream[at + 26] ?? 0));
    at += headerBytes + segments.length;
    for (const size of segments) {
      open.push(stream.subarray(at, at + size));
      at += size;
      if (size === 255) continue;
      packets.push(joined(open));
      open = [];
    }
  }
  return packets;
}

/** One page of whole packets. @param granule samples at 48 kHz up to its end */
export function oggPage(packets: readonly Uint8Array[], granule: number, sequence: number): Uint8Array {
  const segments = packets.flatMap(({ length }) => [
    ...Array<number>(Math.floor(length / 255)).fill(255),
    length % 255,
  ]);
  const page = joined([new Uint8Array(headerBytes), Uint8Array.from(segments), ...packets]);
  const view = new DataView(page.buffer);
  page.set([0x4f, 0x67, 0x67, 0x53, 0, sequence === 0 ? 2 : 0]);
  view.setBigInt64(6, BigInt(granule), true);
  view.setUint32(14, 1, true);
  view.setUint32(18, sequence, true);
  page[26] = segments.length;
  let crc = 0;
  for (const byte of page) crc = ((crc << 8) ^ (crcTable[((crc >>> 24) ^ byte) & 255] ?? 0)) >>> 0;
  view.setUint32(22, crc, true);
  return page;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
