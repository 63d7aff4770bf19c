import type { PcmFormat } from "./audio-format.ts";

/** Power of whole samples in dB of full scale; -100 for silence. */
export function levelOf({ bytesPerSample }: PcmFormat, bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let sum = 0;
  for (let at = 0; at + bytesPerSample <= bytes.length; at += bytesPerSample)
    sum += (bytesPerSample === 2 ? view.getInt16(at, true) : mulawMagnitude(view.getUint8(at))) ** 2;
  const power = (sum * bytesPerSample) / Math.max(1, bytes.length) / 2 ** 30;
  return 10 * Math.log10(Math.max(1e-10, power));
}

/** Of a mu-law code's sample in 16 bits (ITU-T G.711). */
function mulawMagnitude(code: number): number {
  const bits = ~code;
  return ((((bits & 15) << 3) + 132) << ((bits >> 4) & 7)) - 132;
}
