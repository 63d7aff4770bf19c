import { once } from "node:events";
import { connectChannels } from "@voxpipe/channels";
import { type ScriptedWord, scripted, startEmulator } from "@voxpipe/emulator";
import { expect } from "vitest";
import { connect } from "voxpipe";
import { WebSocket, WebSocketServer } from "ws";
import { mediaStream, type TrackName } from "../src/index.ts";
import { collect, type ProviderCall } from "./calls.ts";
import { audioOfDamagedCall, hostile, sendDamagedCall } from "./damaged-call.ts";

const words: readonly (ScriptedWord & { readonly channel: TrackName })[] = [
  { channel: "inbound", text: "hello.", start: 400, end: 800 },
  { channel: "outbound", text: "hi.", start: 1_600, end: 1_900 },
  { channel: "inbound", text: "goodbye.", start: 3_000, end: 3_600 },
];

/**
 * A damaged call over a real socket, whose sides are transcribed while it continues. Checks the audio of each track to the
 * byte, and what was understood.
 *
 * @param burst see `sendDamagedCall`
 */
export async function simulateCall(call: ProviderCall, burst: number): Promise<void> {
  await using emulator = await startEmulator({ engine: scripted(words), edges: "exact" });
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  await once(server, "listening");
  const address = server.address();
  const connection = once(server, "connection");
  const peer = new WebSocket(`ws://127.0.0.1:${typeof address === "object" ? address?.port : 0}`);
  const [socket] = await connection;
  try {
    const stream = mediaStream(socket, call.name);
    if (peer.readyState !== WebSocket.OPEN) await once(peer, "open");
    const sending = sendDamagedCall(call, peer, burst);
    const { format, tracks } = await stream.started;
    const channels = connectChannels({
      channels: tracks,
      apiHost: emulator.url,
      apiKey: "example",
      encoding: format.encoding === "mulaw" ? "pcm_mulaw" : "pcm_s16le",
      sampleRate: format.sampleRate,
      maxSkew: Number.POSITIVE_INFINITY,
      terminationTimeout: 120_000,
      connect: (options, channel) => connect({ ...options, ...(channel && { extraParams: { channel } }) }),
    });
    const heard = tracks.map(async (track) => {
      const [own, transcribed] = stream.tracks[track].tee();
      const piping = transcribed.pipeTo(channels.audio[track]);
      const bytes = await collect(own);
      await piping;
      return bytes;
    });
    const said: { channel: string | undefined; text: string; start: number }[] = [];
    for await (const event of channels.events)
      if (event.type === "Turn" && event.end_of_turn)
        for (const { text, start } of event.words) said.push({ channel: event.channel, text, start: Number(start) });
    await sending;
    const audio = await Promise.all(heard);
    for (const [index, track] of tracks.entries()) expect(audio[index]).toEqual(audioOfDamagedCall(call, track));
    const textsOf = (list: readonly { readonly text: string }[]) => list.map(({ text }) => text.toLowerCase());
    for (const track of tracks) {
      const own = words.filter(({ channel }) => channel === track);
      expect(textsOf(said.filter(({ channel }) => channel === track))).toEqual(textsOf(own));
    }
    const present = words.filter(({ channel }) => tracks.includes(channel));
    expect(textsOf(said.toSorted((a, b) => a.start - b.start))).toEqual(textsOf(present));
    const { stats } = await stream.closed;
    // Vonage's media are bytes: a text about "media" is an event that it may add one day.
    expect(stats.rejected).toBe(call.name === "vonage" ? 2 : hostile.length);
  } finally {
    peer.terminate();
    server.close();
  }
}
