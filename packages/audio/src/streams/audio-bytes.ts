import { AudioError } from "../audio-error.ts";

/** What the streams of this package accept: a `Uint8Array`, any other view, or an `ArrayBuffer`. */
export type AudioBytes = ArrayBufferLike | ArrayBufferView;

/** The bytes of a chunk, without copying them. @throws {AudioError} `invalid-chunk`. */
export function bytesOf(chunk: AudioBytes): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk;
  if (ArrayBuffer.isView(chunk)) return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  if (chunk instanceof ArrayBuffer || isSharedBuffer(chunk)) return new Uint8Array(chunk);
  throw new AudioError(
    "invalid-chunk",
    `A chunk of type ${typeof chunk} was written to a stream of audio bytes: write a Uint8Array or another BufferSource.`,
  );
}

/** Pages that are not cross-origin isolated have no `SharedArrayBuffer`. */
function isSharedBuffer(chunk: ArrayBufferLike): boolean {
  return typeof SharedArrayBuffer !== "undefined" && chunk instanceof SharedArrayBuffer;
}
