import { AudioError } from "./audio-error.ts";
import { CONTAINER_PROBE_BYTES, detectContainer } from "./container.ts";
import { bytesPerFrame } from "./pcm-format.ts";
import { FMT_BYTES, parseWavFormat, type WavFormat } from "./wav-format.ts";

const CHUNK_HEADER_BYTES = 8;
const DS64_BYTES = 16;
const DEFAULT_MAX_HEADER_BYTES = 16 * 2 ** 20;
/** What programs that cannot seek back write where the length belongs: 0, all ones, or just below 2 GiB (SoX). */
const SOX_PLACEHOLDER = [0x7fff_0000, 0x7fff_ffff] as const;

/** What is known of a WAV file once its header has been read. */
export interface WavHeader extends WavFormat {
  /** Bytes of audio that the header promises; `undefined` where it was written before the length was known. */
  readonly dataBytes: number | undefined;
  /** The same in seconds. */
  readonly duration: number | undefined;
}

/** What turned out to be in a WAV file once it has ended. */
export interface WavSummary {
  /** Bytes of audio that there were. */
  readonly dataBytes: number;
  /** The same in seconds, of whole frames. */
  readonly duration: number;
  /** Bytes of audio that the header promised and that never came. */
  readonly missingBytes: number;
  /** Says so in a sentence (`truncated-wav`), where bytes are missing. */
  readonly truncation: AudioError | undefined;
}

export interface WavReaderOptions {
  /** Where the audio must have begun, in bytes from the start of the file. 16 MiB unless told otherwise. */
  readonly maxHeaderBytes?: number;
}

type State = "riff" | "chunk" | "fmt" | "ds64" | "skip" | "data" | "after";

/**
 * Finds the audio in the bytes of a WAV file (RIFF, RF64, BW64), which may come in pieces of any size.
 *
 * Chunks other than `fmt `, `ds64` and `data` are skipped; memory use is constant. A `data` chunk of length 0,
 * 0xFFFFFFFF, or just below 2 GiB was written by a program that could not go back to correct it: then all that follows
 * is audio. After an error the reader is of no more use.
 */
export class WavReader {
  readonly #maxHeaderBytes: number;
  readonly #field = new Uint8Array(FMT_BYTES);
  #fieldFilled = 0;
  #state: State = "riff";
  /** Bytes that the state still needs (or skips, or passes on). */
  #needed = CONTAINER_PROBE_BYTES;
  /** Bytes of the chunk, padding included, that follow its interesting start. */
  #afterField = 0;
  #seen = 0;
  #longData: number | undefined;
  #format: WavFormat | undefined;
  #header: WavHeader | undefined;
  #dataSeen = 0;

  constructor(options: WavReaderOptions = {}) {
    const { maxHeaderBytes = DEFAULT_MAX_HEADER_BYTES } = options;
    if (!(maxHeaderBytes > 0)) {
      throw new AudioError("invalid-option", `Invalid maxHeaderBytes ${maxHeaderBytes}: use a number above 0.`);
    }
    this.#maxHeaderBytes = maxHeaderBytes;
  }

  /** Known from the push on that completed it. */
  get header(): WavHeader | undefined {
    return this.#header;
  }

  /**
   * Takes the file's next bytes; returns those of them that are audio, as a view, not cut at frames.
   * @throws {AudioError} `not-wav`, `unsupported-wav`, `malformed-wav`.
   */
  push(chunk: Uint8Array): Uint8Array {
    let rest = chunk;
    while (this.#header === undefined && rest.length > 0) rest = this.#readHeader(rest);
    const audio = rest.subarray(0, this.#state === "data" ? Math.min(rest.length, this.#needed) : 0);
    this.#dataSeen += audio.length;
    this.#needed -= audio.length;
    if (this.#state === "data" && this.#needed === 0) this.#state = "after";
    return audio;
  }

  /**
   * To be called when the file has ended.
   * @throws {AudioError} `empty-audio` if there was no audio, `not-wav` or `truncated-wav` if it ended before any.
   */
  finish(): WavSummary {
    const header = this.#header;
    if (header === undefined) throw this.#endedInHeader();
    const frames = Math.floor(this.#dataSeen / bytesPerFrame(header));
    if (frames === 0) {
      throw new AudioError("empty-audio", "The WAV file holds no audio: it ends after its header. Record it anew.");
    }
    const missingBytes = Math.max((header.dataBytes ?? 0) - this.#dataSeen, 0);
    return {
      dataBytes: this.#dataSeen,
      duration: frames / header.sampleRate,
      missingBytes,
      truncation: missingBytes === 0 ? undefined : truncated(header, this.#dataSeen, missingBytes),
    };
  }

  #endedInHeader(): AudioError {
    if (this.#seen === 0) {
      return new AudioError("empty-audio", "The input is empty (0 bytes): give it a WAV file that holds audio.");
    }
    if (this.#state === "riff") return notWav(this.#field.subarray(0, this.#fieldFilled));
    return new AudioError(
      "truncated-wav",
      `The WAV file ends after ${this.#seen} bytes, before any audio. Copy or record it anew.`,
    );
  }

  /** Takes what the current state needs from `bytes`; returns the rest. */
  #readHeader(bytes: Uint8Array): Uint8Array {
    const taken = bytes.subarray(0, Math.min(bytes.length, this.#needed));
    if (this.#state !== "skip") {
      this.#field.set(taken, this.#fieldFilled);
      this.#fieldFilled += taken.length;
    }
    this.#needed -= taken.length;
    this.#seen += taken.length;
    if (this.#seen > this.#maxHeaderBytes) throw this.#headerTooLong();
    if (this.#needed === 0) {
      const field = this.#field.subarray(0, this.#fieldFilled);
      this.#fieldFilled = 0;
      this.#complete(field);
    }
    return bytes.subarray(taken.length);
  }

  /** Everything that the current state needed is in `field`. */
  #complete(field: Uint8Array): void {
    switch (this.#state) {
      case "riff":
        if (detectContainer(field) !== "wav") throw notWav(field);
        this.#skip(0);
        break;
      case "chunk":
        this.#beginChunk(ascii(field.subarray(0, 4)), uint32(field, 4));
        break;
      case "fmt":
        this.#format = parseWavFormat(field);
        this.#skip(this.#afterField);
        break;
      case "ds64":
        this.#longData = uint32(field, 8) + uint32(field, 12) * 2 ** 32;
        this.#skip(this.#afterField);
        break;
      default:
        this.#skip(0);
    }
  }

  #beginChunk(id: string, size: number): void {
    if (id === "data") {
      this.#beginData(size);
      return;
    }
    const padded = size + (size % 2);
    const interesting =
      id === "fmt " ? Math.min(size, FMT_BYTES) : id === "ds64" && size >= DS64_BYTES ? DS64_BYTES : 0;
    this.#afterField = padded - interesting;
    if (interesting === 0) this.#skip(padded);
    else this.#expect(id === "fmt " ? "fmt" : "ds64", interesting);
  }

  #beginData(size: number): void {
    if (this.#format === undefined) {
      throw new AudioError("malformed-wav", "Malformed WAV: no fmt chunk before its data. Write the file anew.");
    }
    const dataBytes = knownLength(size, this.#longData);
    const { sampleRate } = this.#format;
    const duration =
      dataBytes === undefined ? undefined : Math.floor(dataBytes / bytesPerFrame(this.#format)) / sampleRate;
    this.#header = { ...this.#format, dataBytes, duration };
    this.#expect("data", dataBytes ?? Number.POSITIVE_INFINITY);
  }

  /** The next chunk begins `bytes` from here. */
  #skip(bytes: number): void {
    if (this.#seen + bytes > this.#maxHeaderBytes) throw this.#headerTooLong();
    if (bytes === 0) this.#expect("chunk", CHUNK_HEADER_BYTES);
    else this.#expect("skip", bytes);
  }

  #expect(state: State, bytes: number): void {
    this.#state = state;
    this.#needed = bytes;
  }

  #headerTooLong(): AudioError {
    return new AudioError(
      "malformed-wav",
      `Malformed WAV: no audio within its first ${this.#maxHeaderBytes} bytes. ` +
        "Write the file anew, or raise maxHeaderBytes if it does carry so much ahead of its audio.",
    );
  }
}

function knownLength(size: number, longSize: number | undefined): number | undefined {
  const length = size === 0xffff_ffff ? (longSize ?? 0) : size;
  const placeholder = length >= SOX_PLACEHOLDER[0] && length <= SOX_PLACEHOLDER[1];
  return length === 0 || placeholder || length > Number.MAX_SAFE_INTEGER ? undefined : length;
}

function truncated(header: WavHeader, found: number, missing: number): AudioError {
  const perSecond = bytesPerFrame(header) * header.sampleRate;
  return new AudioError(
    "truncated-wav",
    `The WAV file is truncated: ${missing} of ${found + missing} bytes of audio ` +
      `(${(missing / perSecond).toFixed(2)} s) are missing at its end. Copy or record it anew to get the rest.`,
  );
}

function notWav(start: Uint8Array): AudioError {
  const kind = detectContainer(start);
  if (kind === "rifx") {
    return new AudioError("unsupported-wav", "Unsupported WAV: it is big-endian (RIFX). Convert it to RIFF first.");
  }
  const found = kind === undefined ? `it begins with ${printable(start)}` : `it is ${kind.toUpperCase()}`;
  return new AudioError(
    "not-wav",
    `Not a WAV file: ${found}, not with "RIFF" and "WAVE". Convert it to WAV first, or say that it is raw PCM if it is.`,
  );
}

function printable(bytes: Uint8Array): string {
  const shown = bytes.subarray(0, 8);
  const text = ascii(shown);
  return /^[\x20-\x7e]+$/.test(text)
    ? JSON.stringify(text)
    : Array.from(shown, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
}

function ascii(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

function uint32(bytes: Uint8Array, offset: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(offset, true);
}
