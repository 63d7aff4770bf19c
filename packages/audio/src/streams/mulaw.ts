import { mulawFromPcm16, pcm16FromMulaw } from "../g711/mulaw-codec.ts";
import type { Bytes } from "../pcm/bytes.ts";
import { FrameAligner } from "../pcm/frame-aligner.ts";
import type { AudioBytes } from "./audio-bytes.ts";
import { byteTransform } from "./byte-transform.ts";

/** Encodes s16le as mu-law (ITU-T G.711): the same rate, half the bytes. */
export function encodeMulaw(): TransformStream<AudioBytes, Bytes> {
  const aligner = new FrameAligner(2);
  return byteTransform({ push: (bytes) => mulawFromPcm16(aligner.push(bytes)) });
}

/** Decodes mu-law (ITU-T G.711) to s16le at the same rate. */
export function decodeMulaw(): TransformStream<AudioBytes, Bytes> {
  return byteTransform({ push: pcm16FromMulaw });
}
