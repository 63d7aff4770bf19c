/** Where an MP4 file says what it is. */
const mp4At = 4;
const mp4Mark = "ftyp";

/**
 * Lets an AAC stream through that is ADTS, cut anywhere. The decoder would take an MP4 file too, whose tables, believed,
 * can ask for hours of work or all memory in a hundred bytes; and it looks for one in every message until it has found a
 * frame.
 */
export class AdtsGuard {
  #held = new Uint8Array(0);
  #started = false;

  /**
   * Returns what may be decoded now: nothing until enough has arrived to know.
   *
   * @throws Error where the stream does not begin with an ADTS frame, or a message could pass for an MP4 file
   */
  pass(message: Uint8Array): Uint8Array {
    const bytes = this.#held.length === 0 ? message : joined(this.#held, message);
    if (!this.#started) {
      const [first, second] = bytes;
      if (first === undefined || (first === 0xff && second === undefined)) {
        this.#held = bytes.slice();
        return new Uint8Array(0);
      }
      if (first !== 0xff || ((second ?? 0) & 0xf6) !== 0xf0) throw new Error("It does not begin with an ADTS frame.");
      this.#started = true;
      this.#held = new Uint8Array(0);
    }
    if (String.fromCharCode(...bytes.subarray(mp4At, mp4At + mp4Mark.length)) === mp4Mark)
      throw new Error("It is MP4, where ADTS was expected.");
    return bytes;
  }
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(first.length + second.length);
  all.set(first);
  all.set(second, first.length);
  return all;
}
