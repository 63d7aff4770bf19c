import { attempt } from "../errors/attempt.ts";
import type { AudioEncoding } from "./audio-format.ts";

/**
 * Audio in the session's encoding: bytes in any packing, or, for `pcm_s16le`, samples as an `Int16Array`. No other typed array:
 * `Float32Array` samples, for one, are twice as many bytes as the service expects, and noise to it.
 */
export type AudioChunk = Uint8Array | Uint8ClampedArray | Int16Array | DataView | ArrayBuffer | SharedArrayBuffer;

/** The writer of `session.audio`. */
export interface AudioWriter extends WritableStreamDefaultWriter<AudioChunk> {
  // Apart from the other: so a stream of `BufferSource` can be piped to `audio`, and one of `Float32Array` cannot.
  write(chunk?: ArrayBuffer): Promise<void>;
  write(chunk?: AudioChunk): Promise<void>;
}

/** The writable end of a session. */
export interface AudioStream extends WritableStream<AudioChunk> {
  getWriter(): AudioWriter;
}

export const transferred = "A write's memory was transferred or resized before it was sent. Write a copy.";

/** The size of what holds memory, of any realm; undefined for anything else, and for memory that was transferred. */
export function byteLengthOf(chunk: unknown): number | undefined {
  if (!ArrayBuffer.isView(chunk)) return bufferLength(chunk);
  try {
    const { byteLength } = chunk;
    // Throws for a view of transferred memory, and for one that lies outside of its memory: their lengths may be 0.
    if (byteLength === 0 && !isDataView(chunk)) Reflect.apply(Uint8Array.prototype.keys, chunk, []);
    return byteLength;
  } catch {
    return undefined;
  }
}

/** The bytes of audio, or why it cannot be taken: the value, the reason, and what to do. */
export function toBytes(chunk: unknown, encoding: AudioEncoding): Uint8Array | string {
  const length = byteLengthOf(chunk);
  if (ArrayBuffer.isView(chunk)) {
    if (length === undefined) return transferred;
    const kind = kindOf(chunk);
    if (kind === "Int16Array" && encoding !== "pcm_s16le")
      return `Audio in ${encoding} is bytes, not the samples of an Int16Array. ${convert(encoding)}`;
    if (!accepted.has(kind))
      return `Audio must be bytes, not ${/^[AEIO]/.test(kind) ? "an" : "a"} ${kind}. ${fromSamples(kind, encoding)}`;
    if (chunk instanceof Uint8Array) return chunk;
    return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  }
  if (length === undefined) {
    const remedy =
      remedies.get(kindOf(chunk)) ?? "Convert samples to bytes first: encodePcm16() of @voxpipe/audio does.";
    return `Audio must be an ArrayBuffer or a view of one, not ${describe(chunk)}. ${remedy}`;
  }
  return attempt(() => isBuffer(chunk) && new Uint8Array(chunk)) || transferred;
}

const accepted: ReadonlySet<string> = new Set(["Uint8Array", "Uint8ClampedArray", "Int16Array", "DataView"]);

function fromSamples(kind: string, encoding: AudioEncoding): string {
  if (encoding !== "pcm_s16le") return convert(encoding);
  if (kind.startsWith("Float")) return "Convert it with encodePcm16() of @voxpipe/audio.";
  return "Put 16-bit samples into an Int16Array, or write the memory of bytes as a Uint8Array.";
}

function convert(encoding: AudioEncoding): string {
  if (encoding === "pcm_mulaw")
    return "Convert it with mulawFromPcm16() of @voxpipe/audio, or set encoding to pcm_s16le.";
  return "Write what the encoder yields, as a Uint8Array, or set encoding to pcm_s16le.";
}

const remedies: ReadonlyMap<string, string> = new Map([
  ["String", "Decode text, base64 for one, into a Uint8Array first."],
  ["Array", "Make it an Int16Array of samples, or a Uint8Array of bytes."],
  ["Blob", "Pipe its bytes: blob.stream().pipeTo(session.audio)."],
  ["File", "Pipe its bytes: file.stream().pipeTo(session.audio)."],
  ["AudioBuffer", "Convert its channel data with encodePcm16() of @voxpipe/audio."],
  ["MediaStream", "Open it with openMicrophone() of @voxpipe/microphone."],
]);

/** `Float32Array`, `Blob`, `Array`: also of another realm. */
function kindOf(value: unknown): string {
  return attempt(() => Object.prototype.toString.call(value).slice(8, -1)) ?? typeof value;
}

/** What something is, for an error's message. A text may be a secret. */
function describe(value: unknown): string {
  if (typeof value === "string") return "text";
  return typeof value === "object" && value !== null ? `[object ${kindOf(value)}]` : String(value);
}

/** By its own slot: an object may call itself what it likes. */
function bufferLength(value: unknown): number | undefined {
  for (const getter of lengths) {
    const length: unknown = attempt(() => Reflect.apply(getter, value, []));
    if (typeof length === "number") return length;
  }
  return undefined;
}

/** Safe: the constructor refuses anything else. */
function isBuffer(value: unknown): value is ArrayBuffer {
  return bufferLength(value) !== undefined;
}

function isDataView(view: ArrayBufferView): boolean {
  return kindOf(view) === "DataView";
}

// A page without cross-origin isolation has no SharedArrayBuffer.
const lengths = [ArrayBuffer, ...(typeof SharedArrayBuffer === "function" ? [SharedArrayBuffer] : [])].flatMap(
  ({ prototype }) => Object.getOwnPropertyDescriptor(prototype, "byteLength")?.get ?? [],
);
