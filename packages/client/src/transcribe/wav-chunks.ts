import { AudioError, encodePcm16, PcmDecoder, WavReader } from "@voxpipe/audio";
import { StreamingError } from "@voxpipe/core";
import type { OpenSource } from "../streaming-client/audio-source.ts";
import { wholeBytes } from "./chunks.ts";

/** The lowest rate that the service takes, and the highest that adds anything to speech. */
const lowestRate = 8000;
const highestUsefulRate = 16_000;

/** A WAV file as mono s16le. */
export interface WavChunks {
  readonly sampleRate: number;
  readonly chunks: OpenSource;
  /** What was wrong with the file although it could be read. Known once `chunks` have ended. */
  warning(): string | undefined;
}

/**
 * Reads up to the first samples.
 *
 * @param sampleRate What to convert to. By default the file's own, between 8000 and 16 000.
 * @throws StreamingError `invalid-audio` for a file that is no WAV, or damaged before its audio begins.
 */
export async function openWav(source: OpenSource, sampleRate: number | undefined): Promise<WavChunks> {
  const decoder = new WavDecoder(sampleRate);
  const samples = decodeAll(source, decoder);
  let first: IteratorResult<Uint8Array, undefined> | undefined = await samples.next();
  const next = () => {
    const result = first ?? samples.next();
    first = undefined;
    return result;
  };
  return {
    sampleRate: decoder.sampleRate,
    chunks: { next, cancel: () => source.cancel() },
    warning: () => decoder.warning,
  };
}

async function* decodeAll(source: OpenSource, decoder: WavDecoder): AsyncGenerator<Uint8Array, undefined> {
  for (;;) {
    const { done, value } = await source.next();
    try {
      const samples = done ? decoder.end() : decoder.push(value);
      if (samples.length > 0) yield samples;
    } catch (error) {
      if (!(error instanceof AudioError)) throw error;
      throw new StreamingError("invalid-audio", error.message, { cause: error });
    }
    if (done) return;
  }
}

class WavDecoder {
  /** Hz of what comes out. Known from the first samples on. */
  sampleRate = 0;
  warning: string | undefined;
  readonly #reader = new WavReader();
  readonly #wantedRate: number | undefined;
  #decoder: PcmDecoder | undefined;

  constructor(wantedRate: number | undefined) {
    this.#wantedRate = wantedRate;
  }

  push(chunk: unknown): Uint8Array {
    const bytes = wholeBytes(chunk);
    if (!bytes) throw new StreamingError("invalid-audio", "A WAV file must come as bytes, not as samples.");
    const audio = this.#reader.push(bytes);
    const { header } = this.#reader;
    if (!header) return new Uint8Array();
    if (!this.#decoder) {
      this.sampleRate = this.#wantedRate ?? Math.max(lowestRate, Math.min(highestUsefulRate, header.sampleRate));
      this.#decoder = new PcmDecoder(header, this.sampleRate);
    }
    return encodePcm16(this.#decoder.push(audio));
  }

  end(): Uint8Array {
    const held = this.#decoder?.push(this.#reader.flush());
    const { truncation, unread } = this.#reader.finish();
    this.warning = [truncation, unread].flatMap((error) => error?.message ?? []).join(" ") || undefined;
    const parts = [held, this.#decoder?.flush()].map((samples) => encodePcm16(samples ?? new Float32Array()));
    const both = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const part of parts) {
      both.set(part, at);
      at += part.length;
    }
    return both;
  }
}
