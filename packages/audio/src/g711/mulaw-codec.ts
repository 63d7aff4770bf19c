import type { Bytes } from "../pcm/bytes.ts";
import { mulawFromSample, sampleFromMulaw } from "./g711.ts";

/** Encodes s16le samples as mu-law, one byte each. An odd last byte is ignored. */
export function mulawFromPcm16(bytes: Uint8Array): Bytes {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const codes = new Uint8Array(bytes.length >> 1);
  for (let i = 0; i < codes.length; i++) codes[i] = mulawFromSample(view.getInt16(i * 2, true));
  return codes;
}

/** Decodes mu-law to s16le, two bytes per code. */
export function pcm16FromMulaw(codes: Uint8Array): Bytes {
  const bytes = new Uint8Array(codes.length * 2);
  const view = new DataView(bytes.buffer);
  codes.forEach((code, i) => {
    view.setInt16(i * 2, sampleFromMulaw(code), true);
  });
  return bytes;
}
