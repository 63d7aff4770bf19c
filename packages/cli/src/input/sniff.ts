import { detectContainer } from "@voxpipe/audio";

/** What the first bytes of an input show. */
export type Sniffed =
  | { readonly kind: "wav" | "ogg_opus" | "aac" }
  /** A file of a known format whose audio must be extracted. */
  | { readonly kind: "file" }
  /** MPEG audio, recognised by two bytes only: raw samples can look like this by chance. */
  | { readonly kind: "maybe_mp3" | "maybe_aac" }
  | { readonly kind: "unknown" };

/** Enough bytes for every signature: an Ogg page's header and the name of its codec. */
export const sniffLength = 64;

/** Recognises audio by its signature, never by a file's name. */
export function sniffAudio(head: Uint8Array): Sniffed {
  const container = detectContainer(head);
  if (container === undefined) return { kind: "unknown" };
  if (container === "wav") return { kind: "wav" };
  const text = Buffer.from(head.buffer, head.byteOffset, head.byteLength).toString("latin1");
  if (container === "ogg") return ogg(text);
  if (container === "aac") return adts(head);
  if (container === "mp3" && !text.startsWith("ID3")) return { kind: "maybe_mp3" };
  return { kind: "file" };
}

/** The first page of every Ogg stream names its codec. */
function ogg(text: string): Sniffed {
  return { kind: text.includes("OpusHead") ? "ogg_opus" : "file" };
}

/** A second header at the end of the first frame is proof. */
function adts(head: Uint8Array): Sniffed {
  const [, , , high = 0, middle = 0, low = 0] = head;
  const frameLength = ((high & 0x03) << 11) | (middle << 3) | (low >> 5);
  const next = head.subarray(frameLength, frameLength + 2);
  if (next.length < 2) return { kind: "maybe_aac" };
  return { kind: detectContainer(next) === "aac" ? "aac" : "unknown" };
}
