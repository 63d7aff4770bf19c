import { type EmulatorOptions, type ScriptedWord, scripted, startEmulator } from "@voxpipe/emulator";
import { type ConnectOptions, connect } from "voxpipe";
import { type ChannelEvent, type ChannelsOptions, connectChannels } from "../src/index.ts";

/** Audio with voice where the words of a channel are: a tone for each word, silence elsewhere. 16 kHz s16le. */
export function toneOf(words: readonly ScriptedWord[], channel: string, ms: number, amplitude = 8_000): Uint8Array {
  const samples = new Int16Array(ms * 16);
  for (const word of words)
    if (word.channel === channel)
      for (let at = word.start * 16; at < word.end * 16; at++)
        samples[at] = Math.round(amplitude * Math.sin((at * 2 * Math.PI * 400) / 16_000));
  return new Uint8Array(samples.buffer);
}

/** An emulator, and options of a call to it in which each channel's session hears that channel's words. */
export async function emulate(words: readonly ScriptedWord[], options: EmulatorOptions = {}) {
  const emulator = await startEmulator({ edges: "exact", record: true, engine: scripted(words), ...options });
  const session: Omit<ConnectOptions, "mode"> = {
    apiHost: emulator.url,
    apiKey: "a-key-for-tests",
    sampleRate: 16_000,
    pace: false,
    terminationTimeout: 120_000,
    connectionRetryDelay: 5,
    minTurnSilence: 100,
  };
  const call = <Name extends string>(channels: readonly Name[], more: Partial<ChannelsOptions<Name>> = {}) =>
    connectChannels<Name>({
      ...session,
      channels,
      connect: (given, channel) => connect({ ...given, ...(channel && { extraParams: { channel } }) }),
      ...more,
    });
  return { emulator, call, [Symbol.asyncDispose]: () => emulator.close() };
}

export async function writeAll(audio: WritableStream<Uint8Array>, bytes: Uint8Array, size = 3_200): Promise<void> {
  const writer = audio.getWriter();
  for (let at = 0; at < bytes.length; at += size) {
    await writer.ready;
    void writer.write(bytes.subarray(at, at + size)).catch(() => {});
  }
  await writer.close();
}

export async function collect<T>(stream: ReadableStream<T>): Promise<T[]> {
  const all: T[] = [];
  const reader = stream.getReader();
  for (let item = await reader.read(); !item.done; item = await reader.read()) all.push(item.value);
  return all;
}

export function finals<Name extends string>(events: readonly ChannelEvent<Name>[]) {
  return events.flatMap((event) => (event.type === "Turn" && event.end_of_turn ? [event] : []));
}
