import { AudioError, splitChannels, wavChannels } from "@voxpipe/audio";
import { UsageError } from "../command/usage-error.ts";
import { empty, type Input, openInput, type StandardInput } from "./input.ts";
import { chooseFormat, type FormatFlags } from "./input-format.ts";
import { peek } from "./peek.ts";
import { highestUsefulRate, lowestRate, type SessionAudio, tooLowRate, warningOf, wavLength } from "./session-audio.ts";
import { sniffAudio, sniffLength } from "./sniff.ts";

/** Audio with a voice on each channel, and what is known of it beforehand. */
export interface ChannelAudio extends Pick<SessionAudio, "name" | "length" | "warning"> {
  readonly encoding: "pcm_s16le" | "pcm_mulaw";
  readonly sampleRate: number;
  /** In the order of the names that were given. */
  readonly channels: readonly ReadableStream<Uint8Array>[];
}

/** Opens the input, and takes its channels apart. Throws UsageError for what has no such channels. */
export async function openChannelAudio(
  source: string,
  stdin: StandardInput,
  flags: FormatFlags,
  names: readonly string[],
): Promise<ChannelAudio> {
  const input = await openInput(source, stdin);
  const { head, stream } = await peek(input.bytes, sniffLength);
  try {
    if (head.length === 0) throw empty(input.name);
    const format = chooseFormat(input.name, sniffAudio(head), flags);
    if (format.kind === "wav") return await wavAudio({ ...input, bytes: stream }, names);
    if (format.kind !== "raw")
      throw new UsageError(`--channels takes apart WAV and raw PCM, and ${input.name} is neither. Convert it to WAV.`);
    const { encoding, sampleRate } = format;
    const { writable, channels } = splitChannels(names.length, {
      encoding: encoding === "pcm_mulaw" ? "mulaw" : "s16le",
    });
    // The channels get its error.
    stream.pipeTo(writable).catch(() => {});
    const bytesPerSecond = sampleRate * names.length * (encoding === "pcm_s16le" ? 2 : 1);
    const length = input.size === undefined ? undefined : (input.size / bytesPerSecond) * 1_000;
    return { name: input.name, encoding, sampleRate, channels, length, warning: async () => undefined };
  } catch (error) {
    if (!stream.locked) await stream.cancel(error).catch(() => {});
    throw error instanceof AudioError ? new UsageError(`${input.name}: ${error.message}`) : error;
  }
}

async function wavAudio(input: Input, names: readonly string[]): Promise<ChannelAudio> {
  const wav = wavChannels({ sampleRate: (header) => Math.min(header.sampleRate, highestUsefulRate) });
  input.bytes.pipeTo(wav.writable).catch(() => {});
  const channels = await wav.channels;
  const header = await wav.header;
  const giveUp = (error: UsageError) => {
    for (const channel of channels) void channel.cancel(error).catch(() => {});
    return error;
  };
  if (channels.length !== names.length)
    throw giveUp(
      new UsageError(
        `${input.name} has ${channels.length} channel${channels.length === 1 ? "" : "s"}, and --channels names ` +
          `${names.length}. Name each of the file's channels.`,
      ),
    );
  if (header.sampleRate < lowestRate) throw giveUp(tooLowRate(input.name, header.sampleRate));
  return {
    name: input.name,
    encoding: "pcm_s16le",
    sampleRate: Math.min(header.sampleRate, highestUsefulRate),
    channels,
    length: wavLength(header, input.size),
    warning: () => warningOf(input.name, wav.summary),
  };
}
