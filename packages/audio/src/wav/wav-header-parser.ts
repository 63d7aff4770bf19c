import { AudioError } from "../audio-error.ts";
import { CONTAINER_PROBE_BYTES, detectContainer } from "../container.ts";
import { bytesPerFrame } from "../pcm/pcm-format.ts";
import { ascii, chunkHeaderBytes, uint32 } from "./chunk-header.ts";
import { knownLength } from "./data-length.ts";
import { malformedWav, notWav, truncatedHeader } from "./wav-errors.ts";
import { fmtBytes, parseWavFormat, type WavFormat } from "./wav-format.ts";

/** Bytes of a `ds64` chunk up to the end of the length of `data`. */
const ds64Bytes = 16;
/** The `data` length of a file whose real length is in `ds64`, or was not known. */
const allOnes = 0xffff_ffff;

/** The header of a WAV file. */
export interface WavHeader extends WavFormat {
  /** Bytes of audio according to the header; `undefined` if it was written before the length was known. */
  readonly dataBytes: number | undefined;
  /** The same in seconds, for whole frames. */
  readonly duration: number | undefined;
}

type State = "riff" | "chunk" | "fmt" | "ds64" | "skip" | "complete";

/** Reads a WAV file up to its first byte of audio, from pieces of any size, in constant memory. */
export class WavHeaderParser {
  readonly #maxBytes: number;
  readonly #field = new Uint8Array(fmtBytes);
  #filled = 0;
  #state: State = "riff";
  /** Bytes that the state still needs, or skips. */
  #needed = CONTAINER_PROBE_BYTES;
  /** Bytes of the current chunk, including padding, after those that are read. */
  #chunkRest = 0;
  #seen = 0;
  #longDataBytes = 0;
  #format: WavFormat | undefined;
  #header: WavHeader | undefined;

  /** @param maxBytes the audio must begin within this many bytes. */
  constructor(maxBytes: number) {
    if (!(maxBytes > 0)) {
      throw new AudioError("invalid-option", `Invalid maxHeaderBytes ${maxBytes}: use a number of bytes above 0.`);
    }
    this.#maxBytes = maxBytes;
  }

  /** Known when the next byte is the first byte of audio. */
  get header(): WavHeader | undefined {
    return this.#header;
  }

  /** Consumes the header's part of the next bytes; returns the rest, which is audio. */
  push(bytes: Uint8Array): Uint8Array {
    let rest = bytes;
    while (this.#header === undefined && rest.length > 0) {
      const taken = rest.subarray(0, this.#needed);
      rest = rest.subarray(taken.length);
      this.#take(taken);
    }
    return rest;
  }

  /** Why the file cannot end here, in the middle of its header. */
  endedHere(): AudioError {
    if (this.#seen === 0) {
      return new AudioError("empty-audio", "The input is empty (0 bytes): pass a WAV file with audio.");
    }
    const start = this.#field.subarray(0, this.#filled);
    const beganAsWav = this.#state !== "riff" || ascii(start, 4) === "RIFF";
    return beganAsWav ? truncatedHeader(this.#seen) : notWav(start);
  }

  #take(bytes: Uint8Array): void {
    this.#seen += bytes.length;
    this.#needed -= bytes.length;
    if (this.#seen > this.#maxBytes) throw this.#tooLong();
    if (this.#state !== "skip") {
      this.#field.set(bytes, this.#filled);
      this.#filled += bytes.length;
    }
    if (this.#needed > 0) return;
    const field = this.#field.subarray(0, this.#filled);
    this.#filled = 0;
    this.#complete(field);
  }

  /** `field` has everything that the state needed. */
  #complete(field: Uint8Array): void {
    switch (this.#state) {
      case "riff":
        if (detectContainer(field) !== "wav") throw notWav(field);
        this.#nextChunk();
        break;
      case "chunk":
        this.#beginChunk(ascii(field, 4), uint32(field, 4));
        break;
      case "fmt":
        this.#format = parseWavFormat(field);
        this.#skip(this.#chunkRest);
        break;
      case "ds64":
        this.#longDataBytes = uint32(field, 8) + uint32(field, 12) * 2 ** 32;
        this.#skip(this.#chunkRest);
        break;
      default:
        this.#nextChunk();
    }
  }

  #beginChunk(id: string, size: number): void {
    if (id === "data") {
      this.#header = this.#headerBefore(size);
      this.#state = "complete";
      return;
    }
    const padded = size + (size % 2);
    if (id === "fmt ") this.#read("fmt", Math.min(size, fmtBytes), padded);
    else if (id === "ds64" && size >= ds64Bytes) this.#read("ds64", ds64Bytes, padded);
    else this.#skip(padded);
  }

  #headerBefore(size: number): WavHeader {
    const format = this.#format;
    if (format === undefined) throw malformedWav("its data comes before any fmt chunk");
    const dataBytes = knownLength(size === allOnes ? this.#longDataBytes : size);
    const frames = dataBytes === undefined ? undefined : Math.floor(dataBytes / bytesPerFrame(format));
    return { ...format, dataBytes, duration: frames === undefined ? undefined : frames / format.sampleRate };
  }

  /** Reads the first `bytes` bytes of a chunk of `padded` bytes; also an empty one. */
  #read(state: "fmt" | "ds64", bytes: number, padded: number): void {
    this.#state = state;
    this.#needed = bytes;
    this.#chunkRest = padded - bytes;
    if (bytes === 0) this.#complete(this.#field.subarray(0, 0));
  }

  /** The next chunk begins `bytes` bytes from here. */
  #skip(bytes: number): void {
    if (this.#seen + bytes > this.#maxBytes) throw this.#tooLong();
    if (bytes === 0) {
      this.#nextChunk();
      return;
    }
    this.#state = "skip";
    this.#needed = bytes;
  }

  #nextChunk(): void {
    this.#state = "chunk";
    this.#needed = chunkHeaderBytes;
  }

  #tooLong(): AudioError {
    return malformedWav(
      `no audio begins within its first ${this.#maxBytes} bytes`,
      "Write the file again, or raise maxHeaderBytes if it really has that much before its audio.",
    );
  }
}
