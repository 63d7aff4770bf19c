import type { AudioChunk } from "@voxpipe/core";
import { type AudioSource, type OpenSource, openSource } from "../streaming-client/audio-source.ts";

/** Half a second at 16 kHz: what a `break` may still send of audio that is in memory as a whole. */
const pieceBytes = 16 * 1024;

/** Chunks of a source, where memory as a whole is cut into pieces. */
export function openChunks(source: AudioSource): OpenSource {
  const whole = wholeBytes(source);
  return openSource(whole ? pieces(whole) : ArrayBuffer.isView(source) ? [source] : source, "transcribe()");
}

/** The bytes of a chunk that is bytes; undefined for samples and for what is no audio, which the session judges. */
export function wholeBytes(chunk: unknown): Uint8Array | undefined {
  if (chunk instanceof Uint8Array) return chunk;
  if (chunk instanceof DataView || chunk instanceof Uint8ClampedArray)
    return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  if (chunk instanceof ArrayBuffer) return new Uint8Array(chunk);
  return typeof SharedArrayBuffer === "function" && chunk instanceof SharedArrayBuffer
    ? new Uint8Array(chunk)
    : undefined;
}

function* pieces(bytes: Uint8Array): Generator<AudioChunk> {
  for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
}

/** The first bytes of a source, and a source of all of it, these bytes included. */
export interface Peeked {
  /** Shorter than requested if the source ends, or continues with samples. */
  readonly head: Uint8Array;
  readonly ended: boolean;
  readonly chunks: OpenSource;
}

/** Reads on until `length` bytes are there, the source ends, or a chunk comes that is not bytes. */
export async function peek(source: OpenSource, length: number): Promise<Peeked> {
  const read: AudioChunk[] = [];
  let head = new Uint8Array();
  let ended = false;
  while (head.length < length && !ended) {
    const { done, value } = await source.next();
    if (done) ended = true;
    else {
      read.push(value);
      const bytes = wholeBytes(value);
      if (!bytes) break;
      head = joined(head, bytes.subarray(0, length));
    }
  }
  const next: OpenSource["next"] = () => {
    const value = read.shift();
    if (value !== undefined) return { done: false, value };
    return ended ? { done: true, value: undefined } : source.next();
  };
  return { head, ended: ended && read.length === 0, chunks: { next, cancel: () => source.cancel() } };
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
