import type { AudioEncoding } from "./audio-format.ts";
import { opusPacketMs, readAdtsFrame, readOggPage, type UnitReader } from "./packet-units.ts";
import type { AudioMessage, ReplayBuffer } from "./replay-buffer.ts";

/** Bytes taken at a time, so that a large write does not pass the connection's pace by. */
const bite = 4096;
/** Messages stay below 64 KiB (design of the service's gateway: 128 KB is refused). */
const largest = 60_000;

interface Packet extends AudioMessage {
  readonly startMs: number;
}

/**
 * Compressed audio. Raw Opus: one write, one message. Ogg and ADTS: the bytes as they come, cut where a decoder can start
 * again, so that a new connection can take up from there.
 */
export class PacketReplayBuffer implements ReplayBuffer {
  readonly #readUnit: UnitReader | undefined;
  readonly #messageMs: number;
  readonly #capacityMs: number;
  readonly #packets: Packet[] = [];
  readonly #headers: AudioMessage[] = [];
  /** Headers that the present connection still needs, before anything else. */
  #headersDue: AudioMessage[] = [];
  #cursor = 0;
  #endMs = 0;
  #pending = new Uint8Array(0);

  constructor(encoding: AudioEncoding, messageMs: number, capacityMs: number) {
    this.#readUnit = encoding === "aac" ? readAdtsFrame : encoding === "ogg_opus" ? readOggPage : undefined;
    this.#messageMs = messageMs;
    this.#capacityMs = capacityMs;
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
    const at = this.#packets.findIndex((packet) => packet.startMs + packet.durationMs > ms);
    this.#cursor = at === -1 ? this.#packets.length : at;
    this.#headersDue = [...this.#headers];
  }

  /** How loud packets are is not known. */
  quietPlace(_startMs: number, endMs: number): number {
    return endMs;
  }

  release(ms: number): void {
    this.#forget((packet) => packet.startMs + packet.durationMs <= ms);
  }

  /** Joins whole units until they fill a message; what is no whole unit yet waits. */
  #cutMessages(readUnit: UnitReader): void {
    let stop = 0;
    let start = 0;
    let durationMs = 0;
    const cut = () => {
      if (stop > start) this.#add(this.#pending.slice(start, stop), durationMs);
      start = stop;
      durationMs = 0;
    };
    for (let unit = readUnit(this.#pending); unit; unit = readUnit(this.#pending.subarray(stop))) {
      if (unit.length === 0) break;
      const isHeader = unit.isHeader || (unit.isUnfinished && this.#endMs + durationMs === 0);
      if (isHeader || stop + unit.length - start > largest) cut();
      stop += unit.length;
      if (isHeader) {
        const bytes = this.#pending.slice(start, stop);
        this.#headers.push({ bytes, durationMs: 0, paddingMs: 0 });
        this.#headersDue.push({ bytes, durationMs: 0, paddingMs: 0 });
        start = stop;
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

  #add(bytes: Uint8Array, durationMs: number): void {
    this.#packets.push({ bytes, durationMs, paddingMs: 0, startMs: this.#endMs });
    this.#endMs += durationMs;
    this.#forget((packet) => packet.startMs + packet.durationMs < this.#endMs - this.#capacityMs);
  }

  #forget(spent: (packet: Packet) => boolean): void {
    let count = 0;
    for (let oldest = this.#packets[0]; oldest && count < this.#cursor && spent(oldest); oldest = this.#packets[count])
      count++;
    this.#packets.splice(0, count);
    this.#cursor -= count;
  }
}
