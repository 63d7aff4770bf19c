import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { connectChannels } from "@voxpipe/channels";
import { type ScriptedWord, scripted, startEmulator } from "@voxpipe/emulator";
import { expect } from "vitest";
import { connect } from "voxpipe";
import { WebSocket, WebSocketServer } from "ws";
import { mediaStream, type TrackName } from "../src/index.ts";
import { chunkOf, collect, join, type ProviderCall } from "./calls.ts";

const chunkMs = 20;
const chunks = 300;
const sides: readonly TrackName[] = ["inbound", "outbound"];
const words: readonly (ScriptedWord & { readonly channel: TrackName })[] = [
  { channel: "inbound", text: "hello.", start: 400, end: 800 },
  { channel: "outbound", text: "hi.", start: 1_600, end: 1_900 },
  { channel: "inbound", text: "goodbye.", start: 3_000, end: 3_600 },
];
const hostile = ["nonsense", "{}", '{"event":"media"}', '{"event":"media","media":{"payload":7}}'];
/** Chunks that never come, of a provider that says when they were. */
const lost = new Set([30, 31, 32, 33, 34, 120]);

/**
 * A call over a real socket, whose sides are transcribed while it continues: with gaps, doubles and disorder if the provider
 * gives times, and a stranger's messages. Checks the audio of each track to the byte, and what was understood.
 *
 * @param burst chunks that are sent at once; after each burst the time that they last is waited for. Infinity: the whole call
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
    const sending = send(call, peer, burst);
    const { format, tracks } = await stream.started;
    const channels = connectChannels({
      channels: tracks,
      apiHost: emulator.url,
      apiKey: "example",
      encoding: format.encoding === "mulaw" ? "pcm_mulaw" : "pcm_s16le",
      sampleRate: format.sampleRate,
      maxSkew: Number.POSITIVE_INFINITY,
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
    for (const [index, track] of tracks.entries()) expect(audio[index]).toEqual(wanted(call, track));
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

async function send(call: ProviderCall, peer: WebSocket, burst: number): Promise<void> {
  for (const message of call.start()) peer.send(message);
  for (const [place, index] of order(call).entries()) {
    for (const track of sides)
      if (call.tracks.includes(track)) peer.send(call.media(track, index, chunkOf(call, track, index)));
    const stranger = place % 50 === 25 ? hostile[Math.floor(place / 50)] : undefined;
    if (stranger !== undefined) peer.send(stranger);
    // In real time, as providers send.
    if (place % burst === burst - 1) await delay(burst * chunkMs);
  }
  if (call.stop) peer.send(call.stop());
  else peer.close(1_000);
}

/** Numbers of chunks as they are sent. Without times nothing could be put right. */
function order(call: ProviderCall): number[] {
  const all = Array.from({ length: chunks }, (_, index) => index);
  if (call.name === "vonage") return all;
  return all.flatMap((index) => {
    if (lost.has(index)) return [];
    // Two change places, and some come twice.
    if (index % 40 === 10) return [index + 1];
    if (index % 40 === 11) return [index - 1];
    return index % 40 === 20 ? [index, index] : [index];
  });
}

function wanted(call: ProviderCall, track: TrackName): Uint8Array {
  const sent = new Set(order(call));
  const silence = new Uint8Array(chunkOf(call, track, 0).length).fill(call.encoding === "mulaw" ? 0xff : 0);
  return join(Array.from({ length: chunks }, (_, index) => (sent.has(index) ? chunkOf(call, track, index) : silence)));
}
