/** Reads bytes that come in pieces of any size. */
export class ByteReader {
  readonly #source: AsyncIterator<Uint8Array, void>;
  #held: Uint8Array = new Uint8Array();

  constructor(source: AsyncIterator<Uint8Array, void>) {
    this.#source = source;
  }

  /** The next `length` bytes, or fewer at the end. They are in memory together: bound `length`. */
  async read(length: number): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    let got = 0;
    while (got < length) {
      const part = await this.#some(length - got);
      if (!part) break;
      parts.push(part);
      got += part.length;
    }
    return parts.length === 1 && parts[0] ? parts[0] : concatenated(parts, got);
  }

  /** How many of the bytes to pass over there were. */
  async skip(length: number): Promise<number> {
    let left = length;
    while (left > 0) {
      const part = await this.#some(left);
      if (!part) break;
      left -= part.length;
    }
    return length - left;
  }

  /** Everything up to the end, or the next `limit` bytes, as it comes. */
  async *rest(limit = Number.POSITIVE_INFINITY): AsyncGenerator<Uint8Array, void> {
    let left = limit;
    while (left > 0) {
      const part = await this.#some(left);
      if (!part) return;
      left -= part.length;
      yield part;
    }
  }

  /** Puts bytes back in front. */
  unread(bytes: Uint8Array): void {
    this.#held = concatenated([bytes, this.#held], bytes.length + this.#held.length);
  }

  async #some(most: number): Promise<Uint8Array | undefined> {
    if (this.#held.length === 0) {
      const { done, value } = await this.#source.next();
      if (done) return undefined;
      this.#held = value;
    }
    const part = this.#held.subarray(0, most);
    this.#held = this.#held.subarray(part.length);
    return part;
  }
}

function concatenated(parts: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
