import type { Bytes } from "../pcm/bytes.ts";
import { type AudioBytes, bytesOf } from "./audio-bytes.ts";

/** Processes each chunk of a byte stream, and its end. Either may return nothing. */
export interface ByteProcessor {
  push(bytes: Uint8Array): Bytes;
  flush?(): Bytes;
}

/** A `TransformStream` of bytes. It never passes on empty chunks. */
export function byteTransform(processor: ByteProcessor): TransformStream<AudioBytes, Bytes> {
  return new TransformStream({
    transform(chunk, controller) {
      const bytes = processor.push(bytesOf(chunk));
      if (bytes.length > 0) controller.enqueue(bytes);
    },
    flush(controller) {
      const bytes = processor.flush?.();
      if (bytes !== undefined && bytes.length > 0) controller.enqueue(bytes);
    },
  });
}
