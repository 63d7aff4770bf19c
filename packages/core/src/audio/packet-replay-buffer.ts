import type { AudioEncoding } from "./audio-format.ts";
import { HeaderDetector, OggHeaders } from "./ogg-headers.ts";
import { opusPacketMs, readAdtsFrame, readOggPage, type UnitReader } from "./packet-units.ts";
import type { AudioMessage, ReplayBuffer } from "./replay-buffer.ts";

/** Bytes taken at a time, so that a large write does not pass the connection's pace by. */
const bite = 4096;
/** Messages stay below 64 KiB (design of the service's gateway: 128 KB is refused). */
const largest = 60_000;
/** Bytes that are kept for each ms of the capacity: more than Opus has at its highest bit rate, in its shortest packets. */
const mostBytesPerMs = 96;
/** What every packet is counted with, beside its bytes. */
const bytesPerPacket = 64;

interface Packet extends AudioMessage {
  readonly startMs: number;
  /** A page of an Ogg stream's headers. */
  readonly header?: "first" | "further" | undefined;
}

/**
 * Compressed audio. Raw Opus: one write, one message. Ogg and ADTS: the bytes as they come, cut where a decoder can start
 * again, so that a new connection can take up from there. Bounded in ms and in bytes: the length of audio may be unknown.
 */
export class PacketReplayBuffer implements ReplayBuffer {
  readonly #encoding: AudioEncoding;
  readonly #readUnit: UnitReader | undefined;
  readonly #messageMs: number;
  readonly #capacityMs: number;
  readonly #warn: (message: string) => void;
  readonly #packets: Packet[] = [];
  /** What the packets are counted as. */
  #bytes = 0;
  readonly #detector = new HeaderDetector();
  /** Of the stream that the oldest packet belongs to: headers that are no longer among the packets. */
  readonly #headers = new OggHeaders();
  /** Headers that the present connection still needs, before anything else. */
  #headersDue: AudioMessage[] = [];
  #cursor = 0;
  #endMs = 0;
  #pending = new Uint8Array(0);
  /** Of unknown length, sent, and dropped since the last final turn, in bytes. */
  #dropped = 0;

  /** @param warn Called when audio of unknown length cannot be sent again: `lostMs` does not count it. */
  constructor(
    encoding: AudioEncoding,
    messageMs: number,
    capacityMs: number,
    warn: (message: string) => void = () => {},
  ) {
    this.#encoding = encoding;
    this.#readUnit = encoding === "aac" ? readAdtsFrame : encoding === "ogg_opus" ? readOggPage : undefined;
    this.#messageMs = messageMs;
    this.#capacityMs = capacityMs;
    this.#warn = warn;
  }

  get messageMs(): number {
    return this.#packets[this.#cursor]?.durationMs ?? this.#messageMs;
  }

  get sentMs(): number {
    return this.#packets[this.#cursor]?.startMs ?? this.#endMs;
  }

  get endMs(): number {
    return this.#endMs;
  }

  append(chunk: Uint8Array, offset: number): number {
    if (this.#cursor < this.#packets.length) return 0;
    if (!this.#readUnit) {
      this.#add(chunk.slice(), opusPacketMs(chunk));
      return chunk.length;
    }
    const taken = chunk.subarray(offset, offset + bite);
    const joined = new Uint8Array(this.#pending.length + taken.length);
    joined.set(this.#pending);
    joined.set(taken, this.#pending.length);
    this.#pending = joined;
    this.#cutMessages(this.#readUnit);
    return taken.length;
  }

  has(): boolean {
    return this.#headersDue.length > 0 || this.#cursor < this.#packets.length;
  }

  next(): AudioMessage | undefined {
    const header = this.#headersDue.shift();
    if (header) return header;
    const packet = this.#packets[this.#cursor];
    if (packet) this.#cursor++;
    return packet;
  }

  rest(): AudioMessage | undefined {
    if (this.#pending.length === 0) return undefined;
    const bytes = this.#pending.subarray(0, largest);
    this.#pending = this.#pending.slice(bytes.length);
    this.#add(bytes, this.#wholeUnitsMs(bytes));
    return this.next();
  }

  rewind(ms: number): void {
    const at = this.#packets.findIndex(({ startMs, durationMs }) => startMs >= ms || startMs + durationMs > ms);
    this.#cursor = at === -1 ? this.#packets.length : at;
    this.#headersDue = this.#headersBefore(this.#cursor).map((bytes) => ({ bytes, durationMs: 0, paddingMs: 0 }));
    if (this.#dropped === 0) return;
    this.#warn(
      `${this.#dropped} bytes of audio were not sent again on a new connection: their length is unknown, and so much is not kept. Check that the audio is ${this.#encoding}.`,
    );
    this.#dropped = 0;
  }

  /** How loud packets are is not known. */
  quietPlace(_startMs: number, endMs: number): number {
    return endMs;
  }

  release(ms: number): void {
    this.#dropped = 0;
    this.#forget((packet) => packet.startMs + packet.durationMs <= ms);
  }

  /** Joins whole units until they fill a message; what is no whole unit yet waits. */
  #cutMessages(readUnit: UnitReader): void {
    let stop = 0;
    let start = 0;
    let durationMs = 0;
    const cut = (header?: Packet["header"]) => {
      if (stop > start) this.#add(this.#pending.slice(start, stop), durationMs, header);
      start = stop;
      durationMs = 0;
    };
    for (let unit = readUnit(this.#pending); unit; unit = readUnit(this.#pending.subarray(stop))) {
      if (unit.length === 0) break;
      const isHeader = this.#detector.isHeader(unit.page);
      if (isHeader || stop + unit.length - start > largest) cut();
      stop += unit.length;
      if (isHeader) {
        cut(unit.page?.isFirst ? "first" : "further");
        continue;
      }
      durationMs += unit.durationMs;
      if (durationMs >= this.#messageMs || stop - start >= largest) cut();
    }
    this.#pending = this.#pending.slice(start);
  }

  #wholeUnitsMs(bytes: Uint8Array): number {
    let durationMs = 0;
    let at = 0;
    for (let unit = this.#readUnit?.(bytes); unit && unit.length > 0; unit = this.#readUnit?.(bytes.subarray(at))) {
      durationMs += unit.durationMs;
      at += unit.length;
    }
    return durationMs;
  }

  /** The headers of the stream in which the packet at `index` is, as far as they come before it. */
  #headersBefore(index: number): readonly Uint8Array[] {
    if (this.#packets[index]?.header === "first") return [];
    const headers = this.#headers.copy();
    for (const { header, bytes } of this.#packets.slice(0, index)) if (header) headers.add(bytes, header === "first");
    return headers.pages;
  }

  #add(bytes: Uint8Array, durationMs: number, header?: Packet["header"]): void {
    this.#packets.push({ bytes, durationMs, paddingMs: 0, startMs: this.#endMs, header });
    this.#bytes += bytes.length + bytesPerPacket;
    this.#endMs += durationMs;
    this.#forget((packet) => {
      if (packet.startMs + packet.durationMs < this.#endMs - this.#capacityMs) return true;
      if (this.#bytes <= this.#capacityMs * mostBytesPerMs) return false;
      if (packet.durationMs === 0 && !packet.header) this.#dropped += packet.bytes.length;
      return true;
    });
  }

  #forget(spent: (packet: Packet) => boolean): void {
    let count = 0;
    for (
      let oldest = this.#packets[0];
      oldest && count < this.#cursor && spent(oldest);
      oldest = this.#packets[count]
    ) {
      if (oldest.header) this.#headers.add(oldest.bytes, oldest.header === "first");
      this.#bytes -= oldest.bytes.length + bytesPerPacket;
      count++;
    }
    this.#packets.splice(0, count);
    this.#cursor -= count;
  }
}
