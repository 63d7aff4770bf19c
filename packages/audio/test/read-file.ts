import type { WavHeader } from "../src/wav/wav-header-parser.ts";
import { WavReader, type WavReaderOptions, type WavSummary } from "../src/wav/wav-reader.ts";
import { join } from "./wav-file.ts";

/** Reads a WAV file from its pieces. */
export function readPieces(
  pieces: readonly Uint8Array[],
  options?: WavReaderOptions,
): { header: WavHeader | undefined; audio: Uint8Array; summary: WavSummary } {
  const reader = new WavReader(options);
  const audio = join(...pieces.map((piece) => reader.push(piece)));
  const held = reader.flush();
  return { summary: reader.finish(), header: reader.header, audio: join(audio, held) };
}
