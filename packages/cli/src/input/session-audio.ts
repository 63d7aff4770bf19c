import { AudioError, bytesPerFrame, type WavHeader, type WavSummary, wavToPcm16 } from "@voxpipe/audio";
import { UsageError } from "../command/usage-error.ts";
import { empty, type Input, openInput, type StandardInput } from "./input.ts";
import { chooseFormat, type FormatFlags } from "./input-format.ts";
import { peek } from "./peek.ts";
import { sniffAudio, sniffLength } from "./sniff.ts";

/** Audio in a form that a session accepts, and what is known about it beforehand. */
export interface SessionAudio {
  /** For messages. */
  readonly name: string;
  readonly encoding: "pcm_s16le" | "pcm_mulaw" | "opus" | "ogg_opus" | "aac";
  /** Sample rate in Hz; absent if the service reads it from the audio. */
  readonly sampleRate: number | undefined;
  readonly bytes: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** Length, if known: ms of audio for PCM, bytes of the file for the rest. */
  readonly length: number | undefined;
  /** After `bytes` has ended: faults of the audio that did not prevent a transcript, such as a missing end or stray bytes after it. */
  warning(): Promise<string | undefined>;
}

/** A higher rate does not improve recognition, and costs bandwidth. */
export const highestUsefulRate = 16_000;
/** The lowest rate that the service accepts (protocol section 2). */
export const lowestRate = 8_000;

/** Opens the input and detects its format. Throws UsageError if it cannot be transcribed. */
export async function openSessionAudio(
  source: string,
  stdin: StandardInput,
  flags: FormatFlags,
): Promise<SessionAudio> {
  const input = await openInput(source, stdin);
  const { head, stream } = await peek(input.bytes, sniffLength);
  try {
    if (head.length === 0) throw empty(input.name);
    const format = chooseFormat(input.name, sniffAudio(head), flags);
    if (format.kind === "wav") return await wavAudio({ ...input, bytes: stream });
    if (format.kind === "file") return await fileAudio(input, stream);
    const known = { name: input.name, bytes: stream, warning: async () => undefined };
    if (format.kind === "passed_on") {
      return { ...known, encoding: format.encoding, sampleRate: undefined, length: input.size };
    }
    const { encoding, sampleRate } = format;
    const bytesPerSecond = sampleRate * (encoding === "pcm_s16le" ? 2 : 1);
    const length = input.size === undefined ? undefined : (input.size / bytesPerSecond) * 1000;
    return { ...known, encoding, sampleRate, length };
  } catch (error) {
    await stream.cancel(error).catch(() => {});
    throw error instanceof AudioError ? new UsageError(`${input.name}: ${error.message}`) : error;
  }
}

/** Compressed audio that the service accepts is sent unchanged, the rest is decoded. */
async function fileAudio(input: Input, bytes: Input["bytes"]): Promise<SessionAudio> {
  // Loaded only for such files: its decoders are large.
  const { openAudioFile } = await import("@voxpipe/files");
  if (input.access) await bytes.cancel();
  const file = await openAudioFile(input.access ?? bytes);
  const { encoding, sampleRate, readable, duration } = file;
  const length = encoding === "pcm_s16le" && duration !== undefined ? duration * 1000 : undefined;
  const warning = async () => {
    const said = file.warning();
    return said === undefined ? undefined : `${input.name}: ${said}`;
  };
  return { name: input.name, encoding, sampleRate, bytes: readable, length, warning };
}

/** Converts any WAV to mono s16le. Reads the first samples here, so that a bad file fails before a session begins. */
async function wavAudio(input: Input): Promise<SessionAudio> {
  const wav = wavToPcm16({ sampleRate: (header) => Math.min(header.sampleRate, highestUsefulRate) });
  const { stream } = await peek(input.bytes.pipeThrough(wav), 1);
  const header = await wav.header;
  if (header.sampleRate < lowestRate) {
    await stream.cancel();
    throw tooLowRate(input.name, header.sampleRate);
  }
  return {
    name: input.name,
    encoding: "pcm_s16le",
    sampleRate: Math.min(header.sampleRate, highestUsefulRate),
    bytes: stream,
    length: wavLength(header, input.size),
    warning: () => warningOf(input.name, wav.summary),
  };
}

export function tooLowRate(name: string, sampleRate: number): UsageError {
  return new UsageError(
    `${name} is sampled at ${sampleRate} Hz; speech needs at least ${lowestRate} Hz. Record it again at 16000 Hz.`,
  );
}

/** What was wrong with a WAV file that did not prevent a transcript. */
export function warningOf(name: string, summary: Promise<WavSummary>): Promise<string | undefined> {
  return summary.then(
    ({ truncation, unread }) => {
      const said = [truncation, unread].flatMap((error) => error?.message ?? []);
      return said.length === 0 ? undefined : `${name}: ${said.join(" ")}`;
    },
    () => undefined,
  );
}

/** The header's length, unless the file is shorter; the file's size if the header does not have one. */
export function wavLength(header: WavHeader, size: number | undefined): number | undefined {
  const promised = header.duration === undefined ? undefined : header.duration * 1000;
  if (size === undefined) return promised;
  const possible = (size / (bytesPerFrame(header) * header.sampleRate)) * 1000;
  return Math.min(promised ?? possible, possible);
}
