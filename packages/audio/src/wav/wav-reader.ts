import { AudioError } from "../audio-error.ts";
import { bytesPerFrame } from "../pcm/pcm-format.ts";
import { knownLength } from "./data-length.ts";
import { join } from "./join.ts";
import { anotherFormat, strayBytes, truncatedData, truncatedHeader, unreadableFile } from "./wav-errors.ts";
import type { WavFormat } from "./wav-format.ts";
import { type WavHeader, WavHeaderParser } from "./wav-header-parser.ts";
import { WavStartFinder } from "./wav-start-finder.ts";
import { WavTail } from "./wav-tail.ts";

const defaultMaxHeaderBytes = 16 * 2 ** 20;

/** What a WAV file contained, known when it has ended. */
export interface WavSummary {
  /** Bytes of audio, in all files if several were joined. */
  readonly dataBytes: number;
  /** The same in seconds, for whole frames. */
  readonly duration: number;
  /** Bytes of audio that the header promised but that are missing. */
  readonly missingBytes: number;
  /** The error to show if bytes are missing (`truncated-wav`). */
  readonly truncation: AudioError | undefined;
  /** Bytes after the audio that are not WAV, or a WAV file of another format; zeros do not count. */
  readonly unreadBytes: number;
  /** The error to show if there were such bytes (`unread-wav`). */
  readonly unread: AudioError | undefined;
}

export interface WavReaderOptions {
  /**
   * The audio must begin within this many bytes of the file's start.
   * @default 16 MiB
   */
  readonly maxHeaderBytes?: number;
}

/** What the next byte of the input belongs to. */
type Place =
  | { readonly kind: "header"; readonly parser: WavHeaderParser }
  /** Audio: `left` bytes of it, or an unknown number. */
  | { readonly kind: "audio"; left: number; readonly odd: boolean }
  | { readonly kind: "endless"; readonly finder: WavStartFinder }
  | { readonly kind: "behind"; readonly tail: WavTail }
  /** Nothing after this can be read; `reason` gets the number of bytes. */
  | { readonly kind: "unread"; readonly reason: (bytes: number) => AudioError };

/**
 * Finds the audio in the bytes of a WAV file (RIFF, RF64, BW64), in pieces of any size.
 *
 * Skips chunks other than `fmt `, `ds64` and `data`, in constant memory. If the writer did not know the length (0, or near
 * the largest value of 31 or 32 bits), everything that follows is audio. Joined files of one format are read as one;
 * anything else after the audio is counted (`unread`). After an error the reader cannot be used any more.
 */
export class WavReader {
  readonly #maxHeaderBytes: number;
  #place: Place;
  #header: WavHeader | undefined;
  #dataBytes = 0;
  /** Zeros added to complete the last frame of a file that is followed by another one. */
  #filledBytes = 0;
  /** Bytes since the last file's audio that are not understood yet, and whether one of them is not zero. */
  #unread = 0;
  #unreadIsSilent = true;

  /** @throws {AudioError} `invalid-option`. */
  constructor({ maxHeaderBytes = defaultMaxHeaderBytes }: WavReaderOptions = {}) {
    this.#maxHeaderBytes = maxHeaderBytes;
    this.#place = { kind: "header", parser: new WavHeaderParser(maxHeaderBytes) };
  }

  /** The header of the first file, known after the push that completed it. */
  get header(): WavHeader | undefined {
    return this.#header;
  }

  /**
   * Takes the file's next bytes and returns their audio, as a view if it is in one piece, not cut at frames. Holds back up to
   * 11 bytes if they may be the beginning of another file.
   * @throws {AudioError} `not-wav`, `unsupported-wav`, `malformed-wav`.
   */
  push(bytes: Uint8Array): Uint8Array {
    const audio: Uint8Array[] = [];
    let rest = bytes;
    while (rest.length > 0) rest = this.#take(rest, audio);
    const joined = join(audio);
    return joined.length > 0 ? joined : bytes.subarray(0, 0);
  }

  /** Returns the audio that was held back. Call it when the file has ended, before `finish`. */
  flush(): Uint8Array {
    const place = this.#place;
    if (place.kind !== "endless") return new Uint8Array(0);
    this.#place = { kind: "endless", finder: new WavStartFinder() };
    this.#dataBytes += place.finder.held.length;
    return place.finder.held;
  }

  /**
   * Call it when the file has ended.
   * @throws {AudioError} `empty-audio` if there was no audio; `truncated-wav` or `not-wav` if it ended before any.
   */
  finish(): WavSummary {
    this.flush();
    const place = this.#place;
    const header = this.#header;
    if (header === undefined) throw place.kind === "header" ? place.parser.endedHere() : truncatedHeader(0);
    const frameBytes = bytesPerFrame(header);
    const missingBytes = place.kind === "audio" ? place.left : 0;
    const truncation =
      missingBytes === 0
        ? undefined
        : truncatedData(missingBytes, this.#dataBytes + missingBytes, missingBytes / frameBytes / header.sampleRate);
    const frames = Math.floor((this.#dataBytes + this.#filledBytes) / frameBytes);
    if (frames === 0) {
      throw truncation ?? new AudioError("empty-audio", "The WAV file has no audio, only a header. Record it again.");
    }
    const unread = this.#unreadIsSilent ? undefined : this.#whyUnread();
    return {
      dataBytes: this.#dataBytes,
      duration: frames / header.sampleRate,
      missingBytes,
      truncation,
      unreadBytes: unread === undefined ? 0 : this.#unread,
      unread,
    };
  }

  /** Takes bytes from the front of `bytes` and returns the rest. */
  #take(bytes: Uint8Array, audio: Uint8Array[]): Uint8Array {
    const place = this.#place;
    switch (place.kind) {
      case "header":
        return this.#readHeader(place.parser, bytes, audio);
      case "audio": {
        const taken = bytes.subarray(0, place.left);
        audio.push(taken);
        this.#dataBytes += taken.length;
        place.left -= taken.length;
        if (place.left === 0) this.#place = { kind: "behind", tail: new WavTail(place.odd) };
        return bytes.subarray(taken.length);
      }
      case "endless": {
        const scanned = place.finder.push(bytes);
        audio.push(scanned.audio);
        this.#dataBytes += scanned.audio.length;
        if (scanned.rest) this.#place = { kind: "behind", tail: new WavTail(false) };
        return scanned.rest ?? bytes.subarray(bytes.length);
      }
      case "behind":
        return this.#readBehind(place.tail, bytes, audio);
      case "unread":
        this.#doNotRead(bytes);
        return bytes.subarray(bytes.length);
    }
  }

  #readHeader(parser: WavHeaderParser, bytes: Uint8Array, audio: Uint8Array[]): Uint8Array {
    const first = this.#header;
    if (first === undefined) {
      const rest = parser.push(bytes);
      if (parser.header) {
        this.#header = parser.header;
        this.#beginAudio(parser.header.dataBytes);
      }
      return rest;
    }
    let rest: Uint8Array;
    try {
      rest = parser.push(bytes);
    } catch (error) {
      if (!(error instanceof AudioError)) throw error;
      return this.#giveUp(bytes, (unread) => unreadableFile(unread, error));
    }
    this.#doNotRead(bytes.subarray(0, bytes.length - rest.length));
    const { header } = parser;
    if (header === undefined) return rest;
    if (!sameFormat(first, header)) return this.#giveUp(rest, (unread) => anotherFormat(unread, first, header));
    this.#completeFrame(bytesPerFrame(first), audio);
    this.#beginAudio(header.dataBytes);
    return rest;
  }

  #readBehind(tail: WavTail, bytes: Uint8Array, audio: Uint8Array[]): Uint8Array {
    const behind = tail.push(bytes);
    if (behind.kind === "chunks") {
      this.#unread = tail.unfinished;
      this.#unreadIsSilent = tail.unfinished === 0;
      return bytes.subarray(bytes.length);
    }
    this.#unread = 0;
    this.#unreadIsSilent = true;
    if (behind.kind === "stray") {
      this.#doNotRead(behind.start);
      return this.#giveUp(behind.rest, strayBytes);
    }
    if (behind.kind === "data") {
      this.#completeFrame(this.#header === undefined ? 1 : bytesPerFrame(this.#header), audio);
      this.#beginAudio(knownLength(behind.size));
      return behind.rest;
    }
    const parser = new WavHeaderParser(this.#maxHeaderBytes);
    this.#place = { kind: "header", parser };
    this.#readHeader(parser, behind.start, audio);
    return behind.rest;
  }

  #beginAudio(bytes: number | undefined): void {
    this.#unread = 0;
    this.#unreadIsSilent = true;
    this.#place =
      bytes === undefined
        ? { kind: "endless", finder: new WavStartFinder() }
        : { kind: "audio", left: bytes, odd: bytes % 2 === 1 };
  }

  /** Completes the frame, so that the next file's frames are aligned. */
  #completeFrame(frameBytes: number, audio: Uint8Array[]): void {
    const missing = (frameBytes - ((this.#dataBytes + this.#filledBytes) % frameBytes)) % frameBytes;
    this.#filledBytes += missing;
    audio.push(new Uint8Array(missing));
  }

  #giveUp(rest: Uint8Array, reason: (bytes: number) => AudioError): Uint8Array {
    this.#place = { kind: "unread", reason };
    return rest;
  }

  #doNotRead(bytes: Uint8Array): void {
    this.#unread += bytes.length;
    this.#unreadIsSilent &&= bytes.every((byte) => byte === 0);
  }

  #whyUnread(): AudioError {
    const place = this.#place;
    if (place.kind === "unread") return place.reason(this.#unread);
    return place.kind === "header" ? unreadableFile(this.#unread, place.parser.endedHere()) : strayBytes(this.#unread);
  }
}

function sameFormat(a: WavFormat, b: WavFormat): boolean {
  return a.encoding === b.encoding && a.sampleRate === b.sampleRate && a.channels === b.channels;
}
