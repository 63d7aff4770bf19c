/**
 * The bytes of an MP4 file on their way to mediabunny. Behind the last sample of a fragment, mediabunny goes back to the
 * fragment's beginning to find the next: further than a stream can, if the fragment is long (ffmpeg makes one of the whole audio).
 * Then a new reader gets the file from the next fragment on, with its beginning in front and everything at its place.
 */
export class Fragments {
  readonly #parts: AsyncIterator<Uint8Array, void>;
  /** Bytes taken of the file. */
  #position = 0;
  /** What was taken last. */
  #last: Uint8Array = new Uint8Array();
  /** The first box that begins in `#last`, or behind it. */
  #nextFragment = 0;
  /** Where the next box begins, and what came of its size and name. */
  #box = 0;
  #header = new Uint8Array();
  /** The file up to its first fragment; until that is known, what came of it. */
  #beginning: Uint8Array[] = [];
  #state: "beginning" | "fragmented" | "other" = "beginning";
  readonly #longestBeginning: number;

  /** @param longestBeginning Bytes in front of the first fragment; more are not kept. */
  constructor(parts: AsyncIterator<Uint8Array, void>, longestBeginning: number) {
    this.#parts = parts;
    this.#longestBeginning = longestBeginning;
  }

  /** The file as it comes. */
  stream(): ReadableStream<Uint8Array> {
    return pulled(() => this.#take());
  }

  /** The file from the fragment behind the one that was read last. Undefined: this file is no sequence of fragments. */
  resume(): ReadableStream<Uint8Array> | undefined {
    const start = this.#nextFragment;
    const gap = start - lengthOf(this.#beginning);
    if (this.#state !== "fragmented" || !Number.isFinite(gap) || gap < largeHeader) return undefined;
    const rest = this.#rest(start, gap);
    return pulled(async () => (await rest.next()).value ?? undefined);
  }

  async *#rest(start: number, gap: number): AsyncGenerator<Uint8Array, void> {
    yield* this.#beginning;
    yield freeBox(gap);
    for (let left = gap - largeHeader; left > 0; left -= zeros.length) yield zeros.subarray(0, left);
    while (this.#position <= start) if (!(await this.#take())) return;
    yield this.#last.subarray(Math.max(0, start - (this.#position - this.#last.length)));
    for (let part = await this.#take(); part; part = await this.#take()) yield part;
  }

  async #take(): Promise<Uint8Array | undefined> {
    const { done, value } = await this.#parts.next();
    if (done) return undefined;
    const from = this.#position;
    this.#nextFragment = this.#box;
    this.#last = value;
    this.#position += value.length;
    if (this.#state === "beginning") this.#beginning.push(value);
    this.#follow(value, from);
    if (this.#state === "beginning" && this.#position > this.#longestBeginning) this.#decide("other");
    return value;
  }

  /** Notes the boxes whose headers are in these bytes. */
  #follow(bytes: Uint8Array, from: number): void {
    for (;;) {
      const at = this.#box + this.#header.length - from;
      if (at >= bytes.length) return;
      const wanted = this.#header.length < smallHeader ? smallHeader : largeHeader;
      this.#header = joined(this.#header, bytes.subarray(at, at + wanted - this.#header.length));
      const size = boxSize(this.#header);
      if (size === undefined) continue;
      const name = String.fromCharCode(...this.#header.subarray(4, 8));
      if (this.#state === "beginning" && !beginning.has(name)) this.#decide(name === "moof" ? "fragmented" : "other");
      this.#header = new Uint8Array();
      this.#box += size < smallHeader ? Number.POSITIVE_INFINITY : size;
    }
  }

  #decide(state: "fragmented" | "other"): void {
    this.#state = state;
    const read = this.#beginning;
    this.#beginning = state === "fragmented" ? [read.reduce(joined, new Uint8Array()).slice(0, this.#box)] : [];
  }
}

/** The boxes in front of the first fragment. */
const beginning = new Set(["ftyp", "styp", "moov", "sidx", "free", "skip", "wide", "uuid", "meta", "pdin", "prft"]);
/** Bytes of a box's size and name; with a size of 64 bits. */
const smallHeader = 8;
const largeHeader = 16;
const zeros = new Uint8Array(256 * 1024);

/** Undefined: more of the header is needed. 0: up to the end of the file. */
function boxSize(header: Uint8Array): number | undefined {
  const view = new DataView(header.buffer, header.byteOffset, header.length);
  if (header.length < smallHeader) return undefined;
  const size = view.getUint32(0);
  if (size !== 1) return size;
  return header.length < largeHeader ? undefined : Number(view.getBigUint64(8));
}

/** The header of a box that holds nothing. */
function freeBox(size: number): Uint8Array {
  const header = new Uint8Array(largeHeader);
  const view = new DataView(header.buffer);
  view.setUint32(0, 1);
  view.setUint32(4, 0x66726565);
  view.setBigUint64(8, BigInt(size));
  return header;
}

function lengthOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, part) => sum + part.length, 0);
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

function pulled(take: () => Promise<Uint8Array | undefined>): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const part = await take();
        if (part) controller.enqueue(part);
        else controller.close();
      },
    },
    { highWaterMark: 0 },
  );
}
