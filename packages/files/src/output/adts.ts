const rates = [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8000, 7350];

/** What a file says of its AAC: an AudioSpecificConfig (ISO 14496-3). */
export interface AacConfig {
  /** 2 is AAC-LC. */
  readonly objectType: number;
  readonly rateIndex: number;
  readonly channels: number;
}

/** Undefined for what ADTS cannot carry: other object types than 1 to 4, rates without an index, channels laid out by the file. */
export function readAacConfig(description: Uint8Array): AacConfig | undefined {
  const bits = new BitReader(description);
  const first = objectTypeOf(bits);
  const rateIndex = bits.read(4);
  if (rateIndex === 15) bits.read(24);
  const channels = bits.read(4);
  // HE-AAC: the decoder finds the rest in the stream by itself.
  const extended = first === 5 || first === 29;
  if (extended && bits.read(4) === 15) bits.read(24);
  const objectType = extended ? objectTypeOf(bits) : first;
  const carried = objectType >= 1 && objectType <= 4 && rateIndex < rates.length && channels >= 1 && channels <= 7;
  return carried ? { objectType, rateIndex, channels } : undefined;
}

/** The frame with the header that makes it readable without the file. Undefined: it is too long for one. */
export function adtsFrame(
  { objectType, rateIndex, channels }: AacConfig,
  frame: Uint8Array,
): Uint8Array<ArrayBuffer> | undefined {
  const length = frame.length + 7;
  if (length >= 1 << 13) return undefined;
  const out = new Uint8Array(length);
  out[0] = 0xff;
  out[1] = 0xf1;
  out[2] = ((objectType - 1) << 6) | (rateIndex << 2) | (channels >> 2);
  out[3] = ((channels & 3) << 6) | (length >> 11);
  out[4] = (length >> 3) & 0xff;
  out[5] = ((length & 7) << 5) | 0x1f;
  out[6] = 0xfc;
  out.set(frame, 7);
  return out;
}

function objectTypeOf(bits: BitReader): number {
  const type = bits.read(5);
  return type === 31 ? 32 + bits.read(6) : type;
}

/** Bits beyond the end are 0. */
class BitReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  read(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i++, this.#at++) {
      const bit = ((this.#bytes[this.#at >> 3] ?? 0) >> (7 - (this.#at & 7))) & 1;
      value = value * 2 + bit;
    }
    return value;
  }
}
