/** A frame of MPEG audio, layer I to III, with its header (ISO 11172-3, 2.4.1.3 and 13818-3). */
export interface MpegFrame {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly seconds: number;
  /** Seconds of the whole file, if this frame holds no sound but says that (Xing, Info, VBRI). */
  readonly wholeSeconds: number | undefined;
}

interface FrameHeader {
  readonly length: number;
  readonly samples: number;
  readonly sampleRate: number;
  /** The same for all frames of a stream. */
  readonly kind: number;
}

const headerBytes = 4;

/** kbit/s by version 1 or 2, then layer, then index. */
const bitrates = [
  [
    [32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
    [32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
    [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  ],
  [
    [32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
    [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
    [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
  ],
] as const;

/**
 * The frames of an MP3 file. What lies between them (tags, pictures, damage) is passed over: a frame is what follows another, or
 * what another of its kind follows. Read here, because mediabunny keeps the place of every frame: 10 MB for each hour.
 */
export async function* mpegFrames(parts: AsyncIterable<Uint8Array>): AsyncGenerator<MpegFrame, void> {
  let held = new Uint8Array();
  const expected: Expected = { at: -1, kind: -1 };
  for await (const part of parts) {
    const bytes = new Uint8Array(held.length + part.length);
    bytes.set(held);
    bytes.set(part, held.length);
    const read = yield* framesIn(bytes, expected, false);
    held = bytes.slice(read);
    expected.at -= read;
  }
  yield* framesIn(held, expected, true);
}

/** Where the last frame ended. */
interface Expected {
  at: number;
  kind: number;
}

/** Yields the frames that are whole, and returns where the next may begin. */
function* framesIn(bytes: Uint8Array<ArrayBuffer>, expected: Expected, isEnd: boolean): Generator<MpegFrame, number> {
  let at = 0;
  while (at + headerBytes <= bytes.length) {
    const header = readHeader(bytes, at);
    const end = at + (header?.length ?? 0);
    if (header && !isEnd && end + headerBytes > bytes.length) return at;
    if (header && end <= bytes.length && isConfirmed(bytes, at, end, header, expected)) {
      yield frameOf(bytes.slice(at, end), header);
      expected.at = end;
      expected.kind = header.kind;
      at = end;
    } else {
      const next = bytes.indexOf(0xff, at + 1);
      at = next === -1 ? bytes.length : next;
    }
  }
  return at;
}

function isConfirmed(bytes: Uint8Array, at: number, end: number, { kind }: FrameHeader, expected: Expected): boolean {
  return (at === expected.at && kind === expected.kind) || readHeader(bytes, end)?.kind === kind;
}

function readHeader(bytes: Uint8Array, at: number): FrameHeader | undefined {
  const [sync = 0, second = 0, third = 0] = bytes.subarray(at, at + 3);
  if (sync !== 0xff || (second & 0xe0) !== 0xe0) return undefined;
  // 3: version 1, 2: version 2, 0: version 2.5.
  const version = (second >> 3) & 3;
  const layer = 4 - ((second >> 1) & 3);
  const bitrate = bitrates[version === 3 ? 0 : 1]?.[layer - 1]?.[(third >> 4) - 1];
  const fullRate = [44_100, 48_000, 32_000][(third >> 2) & 3];
  if (version === 1 || bitrate === undefined || fullRate === undefined) return undefined;
  const sampleRate = fullRate / (version === 3 ? 1 : version === 2 ? 2 : 4);
  const samples = layer === 1 ? 384 : layer === 3 && version !== 3 ? 576 : 1152;
  const padding = (third >> 1) & 1;
  // Layer I counts in slots of four bytes.
  const slot = layer === 1 ? 4 : 1;
  const length = (Math.floor(((samples / 8 / slot) * bitrate * 1000) / sampleRate) + padding) * slot;
  return { length, samples, sampleRate, kind: ((second & 0xfe) << 2) | ((third >> 2) & 3) };
}

/** Where the name of a table is: behind the side information of any version and number of channels. */
const tablePlaces = [13, 21, 36];

function frameOf(bytes: Uint8Array<ArrayBuffer>, { samples, sampleRate }: FrameHeader): MpegFrame {
  const seconds = samples / sampleRate;
  const view = new DataView(bytes.buffer);
  for (const at of tablePlaces) {
    const name = String.fromCharCode(...bytes.subarray(at, at + 4));
    const count =
      name === "VBRI" && bytes.length >= at + 18
        ? view.getUint32(at + 14)
        : (name === "Xing" || name === "Info") && bytes.length >= at + 12
          ? (view.getUint32(at + 4) & 1) * view.getUint32(at + 8)
          : undefined;
    if (count !== undefined) return { bytes, seconds, wholeSeconds: count * seconds };
  }
  return { bytes, seconds, wholeSeconds: undefined };
}
