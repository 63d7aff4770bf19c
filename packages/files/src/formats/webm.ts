import type { Bytes } from "@voxpipe/audio";
import type { OpenedFormat } from "../audio-file.ts";
import { cutShort, damaged, unsupported } from "../file-errors.ts";
import { ByteReader } from "../source/byte-reader.ts";
import type { ByteSource } from "../source/byte-source.ts";
import { openContainer } from "./container.ts";
import { begun } from "./first-chunk.ts";
import { ids, isMaster, readHeader, readNumber, readTracks, type WebmTrack } from "./webm-elements.ts";

/** The description of the tracks must have begun by then, in bytes. */
const longestHeader = 8 * 1024 * 1024;
/** Of one block; more is no speech. */
const longestBlock = 1024 * 1024;

/**
 * WebM and Matroska. Opus is read here, block by block: a recording that was cut off gives every block that is whole, and one
 * that still grows gives them as they come. mediabunny, which reads the other codecs, takes a cluster of many seconds at once, or
 * not at all.
 */
export async function openWebm(source: ByteSource, wantedRate: number | undefined): Promise<OpenedFormat> {
  const parts = source.bytes();
  let recorded: Uint8Array[] | undefined = [];
  const reader = new ByteReader({
    async next() {
      const result = await parts.next();
      if (!result.done) recorded?.push(result.value);
      return result;
    },
  });
  const begin = await readStart(reader);
  const track = begin?.tracks.find(({ codec }) => codec.startsWith("A_"));
  if (!begin || track?.codec !== "A_OPUS" || track.encoded || track.mapping !== 0) {
    const again = recorded;
    const bytes = async function* () {
      yield* again;
      yield* parts;
    };
    return openContainer(source.access ? source : { ...source, bytes }, wantedRate);
  }
  recorded = undefined;
  const { duration } = begin;
  const progress = { endSeconds: 0 };
  return {
    format: "webm",
    encoding: "opus",
    sampleRate: undefined,
    duration,
    chunks: await begun(packets(reader, track, begin.secondsPerTick, progress), "WebM"),
    warning: () => cutShort("WebM", progress.endSeconds, duration),
  };
}

interface Start {
  readonly tracks: readonly WebmTrack[];
  readonly secondsPerTick: number;
  readonly duration: number | undefined;
}

/** Everything up to the tracks. */
async function readStart(reader: ByteReader): Promise<Start | undefined> {
  let secondsPerTick = 0.001;
  let ticks: number | undefined;
  let passed = 0;
  while (passed < longestHeader) {
    const header = await readHeader(reader);
    if (!header) return undefined;
    const { id, size } = header;
    if (id === ids.Segment || id === ids.Info) continue;
    if (size === undefined || id === ids.Cluster) return undefined;
    passed += size;
    if (id === ids.Tracks) {
      if (size > longestBlock) return undefined;
      const tracks = readTracks(await reader.read(size));
      return { tracks, secondsPerTick, duration: ticks === undefined ? undefined : ticks * secondsPerTick };
    }
    if (id === ids.TimestampScale) secondsPerTick = readNumber(await reader.read(Math.min(size, 8))) / 1e9;
    else if (id === ids.Duration) ticks = readFloat(await reader.read(Math.min(size, 8)));
    else await reader.skip(size);
  }
  return undefined;
}

async function* packets(
  reader: ByteReader,
  track: WebmTrack,
  secondsPerTick: number,
  progress: { endSeconds: number },
): AsyncGenerator<Bytes, void> {
  let clusterTicks = 0;
  for (;;) {
    const header = await readHeader(reader);
    if (!header) return;
    if (isMaster(header.id)) continue;
    const { id, size } = header;
    if (size === undefined) throw damaged("WebM", `an element ${id.toString(16)} without a size`);
    if (id === ids.Timestamp) clusterTicks = readNumber(await reader.read(Math.min(size, 8)));
    else if (id === ids.SimpleBlock || id === ids.Block) {
      if (size > longestBlock) throw damaged("WebM", `a block of ${size} bytes`);
      const block = await reader.read(size);
      // The end of a recording that was cut off.
      if (block.length < size) return;
      const packet = packetOf(block, track);
      if (!packet) continue;
      progress.endSeconds = (clusterTicks + packet.ticks) * secondsPerTick + 0.02;
      yield packet.data;
    } else await reader.skip(size);
  }
}

function packetOf(block: Uint8Array, track: WebmTrack): { ticks: number; data: Bytes } | undefined {
  const length = Math.clz32(block[0] ?? 0) - 23;
  if (block.length < length + 4) throw damaged("WebM", "a block without a header");
  const number = (block[0] ?? 0) & (0xff >> length);
  if (length !== 1 || number !== track.number) return undefined;
  if (((block[3] ?? 0) & 0x06) !== 0) throw unsupported("WebM or Matroska with several packets in a block (lacing)");
  return { ticks: new DataView(block.buffer, block.byteOffset).getInt16(1), data: block.slice(4) };
}

function readFloat(bytes: Uint8Array): number | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const value = bytes.length === 8 ? view.getFloat64(0) : bytes.length === 4 ? view.getFloat32(0) : 0;
  return value > 0 ? value : undefined;
}
