import type { Bytes } from "../bytes.ts";
import { FrameAligner } from "../frame-aligner.ts";
import { mulawFromPcm16, pcm16FromMulaw } from "../mulaw-codec.ts";
import type { AudioChunk } from "./audio-chunk.ts";
import { byteTransform } from "./byte-transform.ts";

/** s16le in, mu-law out (ITU-T G.711), at the same rate and in half the bytes. */
export function encodeMulaw(): TransformStream<AudioChunk, Bytes> {
  const aligner = new FrameAligner(2);
  return byteTransform({ push: (bytes) => mulawFromPcm16(aligner.push(bytes)) });
}

/** Mu-law in (ITU-T G.711), s16le out, at the same rate. */
export function decodeMulaw(): TransformStream<AudioChunk, Bytes> {
  return byteTransform({ push: pcm16FromMulaw });
}
