import { setTimeout as delay } from "node:timers/promises";
import type { WebSocket } from "ws";
import type { TrackName } from "../src/index.ts";
import { chunkOf, join, type ProviderCall } from "./calls.ts";

const sides: readonly TrackName[] = ["inbound", "outbound"];
/** What a stranger sends in between. */
export const hostile = ["nonsense", "{}", '{"event":"media"}', '{"event":"media","media":{"payload":7}}'];
const chunkMs = 20;
const chunks = 300;
/** Chunks that never come, of a provider that says when they were. */
const lost = new Set([30, 31, 32, 33, 34, 120]);

/**
 * Sends a call of six seconds as networks bring it: with gaps, doubles and disorder if the provider gives times, and with a
 * stranger's messages.
 *
 * @param burst chunks that are sent at once; after each burst the time that they last is waited for. Infinity: the whole call
 */
export async function sendDamagedCall(call: ProviderCall, peer: WebSocket, burst: number): Promise<void> {
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

/** The audio of such a call: in order, with silence in place of what never came. */
export function audioOfDamagedCall(call: ProviderCall, track: TrackName): Uint8Array {
  if (!call.tracks.includes(track)) return new Uint8Array();
  const sent = new Set(order(call));
  const silence = new Uint8Array(chunkOf(call, track, 0).length).fill(call.encoding === "mulaw" ? 0xff : 0);
  return join(Array.from({ length: chunks }, (_, index) => (sent.has(index) ? chunkOf(call, track, index) : silence)));
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
