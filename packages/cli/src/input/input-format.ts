import { UsageError } from "../command/usage-error.ts";
import type { Sniffed } from "./sniff.ts";

/** `--encoding`: the wire's names (protocol section 2). Bare Opus packets have no boundaries in a file, so `opus` is absent. */
export const fileEncodings = ["pcm_s16le", "pcm_mulaw", "ogg_opus", "aac"] as const;
export type FileEncoding = (typeof fileEncodings)[number];

/** How to read the bytes of an input. */
export type InputFormat =
  | { readonly kind: "wav" }
  /** A file that `@voxpipe/files` takes apart. */
  | { readonly kind: "file" }
  | { readonly kind: "raw"; readonly encoding: "pcm_s16le" | "pcm_mulaw"; readonly sampleRate: number }
  | { readonly kind: "passed_on"; readonly encoding: "ogg_opus" | "aac" };

export interface FormatFlags {
  readonly sampleRate?: number | undefined;
  readonly encoding?: FileEncoding | undefined;
}

/**
 * Decides the format of an input from its first bytes and the flags. A clear signature overrides the flags, because samples
 * hardly ever begin with one by chance; flags override a guess. Throws UsageError if neither is enough.
 */
export function chooseFormat(name: string, sniffed: Sniffed, flags: FormatFlags): InputFormat {
  if (sniffed.kind === "wav") return { kind: "wav" };
  if (sniffed.kind === "ogg_opus") return { kind: "passed_on", encoding: "ogg_opus" };
  if (sniffed.kind === "file") return { kind: "file" };
  const { encoding, sampleRate } = flags;
  if (encoding === "ogg_opus" || encoding === "aac") return { kind: "passed_on", encoding };
  if (sampleRate !== undefined) return { kind: "raw", encoding: encoding ?? "pcm_s16le", sampleRate };
  if (encoding !== undefined) {
    throw new UsageError(`--encoding ${encoding} also needs --sample-rate, such as --sample-rate 16000.`);
  }
  if (sniffed.kind === "aac" || sniffed.kind === "maybe_aac") return { kind: "passed_on", encoding: "aac" };
  if (sniffed.kind === "maybe_mp3") return { kind: "file" };
  throw new UsageError(
    `${name} is not audio in a known format (no WAV, AIFF, MP3, MP4, FLAC, WebM, Ogg or AAC header). ` +
      `If it is raw PCM, add --sample-rate and --encoding; otherwise convert it first: ${conversion(name)}`,
  );
}

function conversion(name: string): string {
  const source = /^[\w./-]+$/.test(name) ? name : `'${name.replaceAll("'", "'\\''")}'`;
  return `ffmpeg -i ${name === standardInput ? "INPUT" : source} -ac 1 -ar 16000 speech.wav`;
}

/** The name of `-` in messages. */
export const standardInput = "standard input";
