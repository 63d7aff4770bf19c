import type { WavHeader } from "../src/wav-header-parser.ts";
import { WavReader, type WavReaderOptions, type WavSummary } from "../src/wav-reader.ts";
import { join } from "./wav-file.ts";

/** Reads a WAV file from its pieces. */
export function readPieces(
  pieces: readonly Uint8Array[],
  options?: WavReaderOptions,
): { header: WavHeader | undefined; audio: Uint8Array; summary: WavSummary } {
  const reader = new WavReader(options);
  const audio = join(...pieces.map((piece) => reader.push(piece)));
  return { summary: reader.finish(), header: reader.header, audio };
}
