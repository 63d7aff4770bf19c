/** Joins byte arrays. */
export function join(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** Little-endian bytes of whole numbers, each given with its width in bits. */
export function littleEndian(
  ...numbers: readonly (readonly [value: number | bigint, bits: 8 | 16 | 24 | 32 | 64])[]
): Uint8Array {
  return join(
    ...numbers.map(([value, bits]) =>
      Uint8Array.from({ length: bits / 8 }, (_, i) => Number((BigInt(value) >> BigInt(8 * i)) & 0xffn)),
    ),
  );
}

export function text(value: string): Uint8Array {
  return Uint8Array.from(value, (char) => char.charCodeAt(0));
}

/** A chunk: name, length (the real one by default), body, and a padding byte if the length is odd. */
export function chunk(id: string, body: Uint8Array, size = body.length): Uint8Array {
  return join(text(id), littleEndian([size, 32]), body, new Uint8Array(body.length % 2));
}

export interface Fmt {
  tag?: number;
  channels?: number;
  sampleRate?: number;
  bits?: number;
  frameBytes?: number;
}

/** The 16 bytes that every `fmt ` chunk has. */
export function fmtBody({ tag = 1, channels = 1, sampleRate = 16_000, bits = 16, frameBytes }: Fmt = {}): Uint8Array {
  const frame = frameBytes ?? channels * Math.ceil(bits / 8);
  return littleEndian([tag, 16], [channels, 16], [sampleRate, 32], [sampleRate * frame, 32], [frame, 16], [bits, 16]);
}

/** The 40 bytes of WAVE_FORMAT_EXTENSIBLE, with `tag` in the sub-format. */
export function extensibleBody(fmt: Fmt, guidEnd = "\0\0\0\0\x10\0\x80\0\0\xaa\0\x38\x9b\x71"): Uint8Array {
  const { tag = 1, bits = 16 } = fmt;
  return join(fmtBody({ ...fmt, tag: 0xfffe }), littleEndian([22, 16], [bits, 16], [0, 32], [tag, 16]), text(guidEnd));
}

export interface WavFile extends Fmt {
  data?: Uint8Array;
  /** The length of `data` in the header. */
  dataSize?: number;
  magic?: string;
  riffSize?: number;
  fmt?: Uint8Array;
  /** Chunks before `fmt `, between `fmt ` and `data`, and after `data`. */
  first?: Uint8Array;
  between?: Uint8Array;
  after?: Uint8Array;
}

/** A WAV file, valid except for what the options change. */
export function wavFile(file: WavFile = {}): Uint8Array<ArrayBuffer> {
  const none = new Uint8Array(0);
  const { data = new Uint8Array(32), magic = "RIFF", fmt = fmtBody(file), first = none, between = none } = file;
  const dataChunk = chunk("data", data, file.dataSize);
  const body = join(text("WAVE"), first, chunk("fmt ", fmt), between, dataChunk, file.after ?? none);
  return join(text(magic), littleEndian([file.riffSize ?? body.length, 32]), body);
}

/** Cuts bytes into pieces of the given sizes, repeatedly; a size of 0 gives an empty piece. */
export function pieces(bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const cut: Uint8Array[] = [];
  let at = 0;
  for (let i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length] ?? 1;
    cut.push(bytes.subarray(at, at + size));
    at += size;
  }
  return cut;
}
