import type { OggPage } from "./packet-units.ts";

/** An Opus stream begins with two packets that are no audio: what it is, and its tags (RFC 7845, section 3). */
const headerPackets = 2;
/** Tags may hold pictures of any size. Beyond this they are kept empty: no decoder needs them. */
const longestHeaders = 256 * 1024;

/** Decides which pages of a chain of Ogg streams are headers. */
export class HeaderDetector {
  #packets = 0;

  /** Takes the next page, and undefined for what is none. Returns whether it is a header of its stream. */
  isHeader(page: OggPage | undefined): boolean {
    if (page?.isFirst) this.#packets = 0;
    const isHeader = page !== undefined && (page.isFirst || (page.mayBeHeader && this.#packets < headerPackets));
    this.#packets = isHeader ? this.#packets + page.packets : headerPackets;
    return isHeader;
  }
}

/** The headers of one stream, which a new connection needs before its audio. Bounded. */
export class OggHeaders {
  #pages: readonly Uint8Array[] = [];
  /** Of all pages that were added. */
  #bytes = 0;

  get pages(): readonly Uint8Array[] {
    return this.#pages;
  }

  /** @param isFirst Another stream of the chain begins: the headers of the one before it are not needed any more. */
  add(page: Uint8Array, isFirst: boolean): void {
    if (isFirst) {
      this.#pages = [];
      this.#bytes = 0;
    }
    const [first = page] = this.#pages;
    this.#bytes += page.length;
    this.#pages = this.#bytes > longestHeaders ? [first, emptyTags(first)] : [...this.#pages, page];
  }

  copy(): OggHeaders {
    const copy = new OggHeaders();
    copy.#pages = this.#pages;
    copy.#bytes = this.#bytes;
    return copy;
  }
}

/** A page with tags without content, for the stream of the page `first`. */
function emptyTags(first: Uint8Array): Uint8Array {
  const content = [..."OpusTags"].map((letter) => letter.charCodeAt(0)).concat(Array(8).fill(0));
  const page = new Uint8Array(28 + content.length);
  page.set(first.subarray(0, 4));
  page.set(first.subarray(14, 18), 14);
  page.set([1], 18);
  page.set([1, content.length, ...content], 26);
  new DataView(page.buffer).setUint32(22, checksum(page), true);
  return page;
}

/** RFC 3533, section 6: a CRC with the polynomial 0x04c11db7, neither reflected nor inverted. */
function checksum(page: Uint8Array): number {
  let sum = 0;
  for (const byte of page) {
    sum ^= byte << 24;
    for (let bit = 0; bit < 8; bit++) sum = (sum << 1) ^ (sum < 0 ? 0x04c11db7 : 0);
  }
  return sum >>> 0;
}
