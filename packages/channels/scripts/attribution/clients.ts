import { StreamingTranscriber } from "assemblyai";
import { connect } from "voxpipe";
import { connectChannels, type Mode } from "../../src/index.ts";
import type { Call } from "./cells.ts";

/** A word of a final turn, and the channel that the client found. */
export interface FoundWord {
  readonly text: string;
  readonly channel: string | undefined;
}

/** Transcribes a call. `heard` resolves when the service has got about as much of every channel. */
export type Client = (url: string, call: Call, heard: (ms: number) => Promise<void>) => Promise<readonly FoundWord[]>;

const speechModel = "universal-3-5-pro";
const sampleRate = 16_000;
const bytesPerMs = 32;
/** Written at once, of each channel; then the service is waited for, so that words come while their audio is remembered. */
const stepMs = 4_000;
const frameMs = 50;

function ours(mode: Mode): Client {
  return async (apiHost, { audio, ms }, heard) => {
    const call = connectChannels({
      channels: [...audio.keys()],
      mode,
      apiHost,
      apiKey: "example",
      sampleRate,
      speechModel,
      pace: false,
      maxSkew: Number.POSITIVE_INFINITY,
      connect: (options, channel) =>
        connect({ ...options, ...(channel !== undefined && { extraParams: { channel } }) }),
    });
    const found: FoundWord[] = [];
    const reading = (async () => {
      for await (const event of call.events)
        if (event.type === "Turn" && event.end_of_turn)
          for (const { text, channel } of event.words) found.push({ text, channel });
    })();
    const writers = [...audio].map(([name, bytes]) => ({ writer: call.audio[name]?.getWriter(), bytes }));
    for (let from = 0; from < ms; from += stepMs) {
      for (const { writer, bytes } of writers)
        void writer?.write(bytes.subarray(from * bytesPerMs, (from + stepMs) * bytesPerMs)).catch(() => {});
      await heard(Math.min(ms, from + stepMs));
    }
    for (const { writer } of writers) await writer?.close();
    await reading;
    return found;
  };
}

const vendor: Client = async (url, { audio, ms }, heard) => {
  const transcriber = new StreamingTranscriber({
    apiKey: "example",
    websocketBaseUrl: `${url.replace(/^ws:/, "wss:")}/v3/ws`,
    sampleRate,
    speechModel,
    connectTimeout: 30_000,
    channels: [...audio.keys()].map((name) => ({ name })),
  });
  withoutTls(transcriber);
  const found: FoundWord[] = [];
  transcriber.on("turn", (turn) => {
    if (turn.end_of_turn) for (const { text, channel } of turn.words) found.push({ text, channel });
  });
  let failure: Error | undefined;
  transcriber.on("error", (error) => {
    failure = error;
  });
  await transcriber.connect();
  for (let from = 0; from < ms; from += stepMs) {
    const to = Math.min(ms, from + stepMs);
    // As two microphones deliver: in turns.
    for (let at = from; at < to; at += frameMs)
      for (const [channel, bytes] of audio)
        transcriber.sendAudio(bytes.slice(at * bytesPerMs, Math.min(to, at + frameMs) * bytesPerMs).buffer, {
          channel,
        });
    await heard(to);
  }
  await transcriber.close();
  if (failure) throw failure;
  return found;
};

/** The package takes nothing but `wss:`; the local server has no certificate that Node trusts. */
function withoutTls(transcriber: StreamingTranscriber): void {
  const urlOf: unknown = Reflect.get(transcriber, "connectionUrl");
  if (typeof urlOf !== "function") throw new Error("This version of assemblyai has no connectionUrl.");
  Reflect.set(transcriber, "connectionUrl", () => {
    const url: unknown = Reflect.apply(urlOf, transcriber, []);
    if (!(url instanceof URL)) throw new Error("This version of assemblyai makes its URL in another way.");
    url.protocol = "ws:";
    return url;
  });
}

export const clients = {
  separate: ours("separate"),
  mixed: ours("mixed"),
  assemblyai: vendor,
} as const satisfies Record<string, Client>;
export type ClientName = keyof typeof clients;
