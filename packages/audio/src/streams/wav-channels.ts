import { AudioError } from "../audio-error.ts";
import type { Bytes } from "../pcm/bytes.ts";
import { assertSampleRate } from "../pcm/pcm-format.ts";
import type { WavHeader } from "../wav/wav-header-parser.ts";
import type { WavReaderOptions, WavSummary } from "../wav/wav-reader.ts";
import type { AudioBytes } from "./audio-bytes.ts";
import { readWav } from "./read-wav.ts";
import { splitChannels } from "./split-channels.ts";
import { toPcm16 } from "./to-pcm16.ts";

/** A header may claim 65,535. */
const mostChannels = 256;

export interface WavChannelsOptions extends WavReaderOptions {
  /**
   * Sample rate of the output, in Hz, or a function that chooses it when the header is known.
   * @default the file's own
   */
  readonly sampleRate?: number | ((header: WavHeader) => number);
}

/** A stream that takes WAV bytes, and its channels. */
export interface WavChannels {
  readonly writable: WritableStream<AudioBytes>;
  /** Resolves with the file's header. Its rejection is never unhandled. */
  readonly header: Promise<WavHeader>;
  /**
   * Resolves, once the header is known, with a stream for each channel: mono s16le. Rejects with the error that ended the
   * file before that; its rejection is never unhandled. Read all of them at the same time, or cancel those you do not need.
   */
  readonly channels: Promise<readonly ReadableStream<Bytes>[]>;
  /** Resolves at the end of the file: whether it was truncated, and what was not read. */
  readonly summary: Promise<WavSummary>;
}

/**
 * The bytes of a WAV file of any format in; each of its channels out, as mono s16le at the rate that is wanted. Fails as
 * `readWav` does, and with `unsupported-wav` for more than 256 channels.
 *
 * @throws {AudioError} `invalid-option`
 */
export function wavChannels(options: WavChannelsOptions = {}): WavChannels {
  const { sampleRate } = options;
  if (typeof sampleRate === "number") assertSampleRate("sampleRate", sampleRate);
  const wav = readWav(options);
  const channels = wav.header.then(async (header) => {
    try {
      return split(wav.readable, header, typeof sampleRate === "function" ? sampleRate(header) : sampleRate);
    } catch (error) {
      await wav.readable.cancel(error);
      throw error;
    }
  });
  channels.catch(() => {});
  return { writable: wav.writable, header: wav.header, channels, summary: wav.summary };
}

function split(audio: ReadableStream<Uint8Array>, header: WavHeader, sampleRate: number = header.sampleRate) {
  if (header.channels > mostChannels)
    throw new AudioError(
      "unsupported-wav",
      `The WAV file's header says ${header.channels} channels; at most ${mostChannels} can be split. Check the header.`,
    );
  const mono = { encoding: header.encoding, sampleRate: header.sampleRate };
  const converters = Array.from({ length: header.channels }, () => toPcm16(mono, { sampleRate }));
  const { writable, channels } = splitChannels(header.channels, { encoding: header.encoding });
  // Errors of this pipe reach the readers through each channel.
  audio.pipeTo(writable).catch(() => {});
  return channels.flatMap((channel, index) => {
    const converter = converters[index];
    return converter === undefined ? [] : channel.pipeThrough(converter);
  });
}
