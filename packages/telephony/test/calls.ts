import type { ProviderName, TrackName } from "../src/index.ts";

/** How one provider writes a call; messages as its documentation shows them. */
export interface ProviderCall {
  readonly name: ProviderName;
  readonly encoding: "mulaw" | "s16le";
  readonly sampleRate: number;
  readonly tracks: readonly TrackName[];
  readonly start: () => (string | Uint8Array)[];
  readonly media: (track: TrackName, index: number, bytes: Uint8Array) => string | Uint8Array;
  readonly dtmf: (digit: string) => string;
  readonly mark?: (name: string) => string;
  readonly stop?: () => string;
}

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64");
const both = ["inbound", "outbound"] as const;
const day = 1_790_221_526_000;

export const calls: readonly ProviderCall[] = [
  {
    name: "twilio",
    encoding: "mulaw",
    sampleRate: 8_000,
    tracks: both,
    start: () => [
      JSON.stringify({ event: "connected", protocol: "Call", version: "1.0.0" }),
      JSON.stringify({
        event: "start",
        sequenceNumber: "1",
        start: {
          accountSid: "AC-example",
          streamSid: "MZ-example",
          callSid: "CA-example",
          tracks: both,
          mediaFormat: { encoding: "audio/x-mulaw", sampleRate: 8_000, channels: 1 },
          customParameters: { secret: "example" },
        },
        streamSid: "MZ-example",
      }),
    ],
    media: (track, index, bytes) =>
      JSON.stringify({
        event: "media",
        sequenceNumber: String(index + 2),
        media: { track, chunk: String(index + 1), timestamp: String(index * 20), payload: base64(bytes) },
        streamSid: "MZ-example",
      }),
    dtmf: (digit) =>
      JSON.stringify({ event: "dtmf", streamSid: "MZ-example", dtmf: { track: "inbound_track", digit } }),
    mark: (name) => JSON.stringify({ event: "mark", streamSid: "MZ-example", mark: { name } }),
    stop: () => JSON.stringify({ event: "stop", streamSid: "MZ-example", stop: { callSid: "CA-example" } }),
  },
  {
    name: "telnyx",
    encoding: "mulaw",
    sampleRate: 8_000,
    tracks: both,
    start: () => [
      JSON.stringify({ event: "connected", version: "1.0.0" }),
      JSON.stringify({
        event: "start",
        sequence_number: "1",
        stream_id: "stream-example",
        start: {
          user_id: "user-example",
          call_control_id: "call-example",
          client_state: null,
          custom_parameters: { secret: "example" },
          media_format: { encoding: "PCMU", sample_rate: 8_000, channels: 1 },
        },
      }),
    ],
    media: (track, index, bytes) =>
      JSON.stringify({
        event: "media",
        sequence_number: String(index + 2),
        stream_id: "stream-example",
        media: { track, chunk: String(index + 1), timestamp: String(index * 20), payload: base64(bytes) },
      }),
    dtmf: (digit) => JSON.stringify({ event: "dtmf", stream_id: "stream-example", dtmf: { digit } }),
    mark: (name) => JSON.stringify({ event: "mark", stream_id: "stream-example", mark: { name } }),
    stop: () => JSON.stringify({ event: "stop", stream_id: "stream-example", stop: {} }),
  },
  {
    name: "plivo",
    encoding: "mulaw",
    sampleRate: 8_000,
    tracks: both,
    start: () => [
      JSON.stringify({
        event: "start",
        sequenceNumber: 1,
        start: {
          callId: "call-example",
          streamId: "stream-example",
          accountId: "MA-example",
          tracks: both,
          mediaFormat: { encoding: "audio/x-mulaw", sampleRate: 8_000 },
        },
        extra_headers: "secret=example;other=1",
      }),
    ],
    media: (track, index, bytes) =>
      JSON.stringify({
        event: "media",
        sequenceNumber: index + 2,
        streamId: "stream-example",
        media: { track, timestamp: String(day + index * 20), chunk: index + 1, payload: base64(bytes) },
      }),
    dtmf: (digit) => JSON.stringify({ event: "dtmf", streamId: "stream-example", dtmf: { track: "inbound", digit } }),
    mark: (name) => JSON.stringify({ event: "playedStream", streamId: "stream-example", name }),
  },
  {
    name: "vonage",
    encoding: "s16le",
    sampleRate: 16_000,
    tracks: ["inbound"],
    start: () => [
      JSON.stringify({ event: "websocket:connected", "content-type": "audio/l16;rate=16000", secret: "example" }),
    ],
    media: (_track, _index, bytes) => bytes,
    dtmf: (digit) => JSON.stringify({ event: "websocket:dtmf", digit, duration: 260 }),
    mark: (name) => JSON.stringify({ event: "websocket:notify", payload: { name } }),
  },
];

/** 20 ms of audio that say which chunk of which track they are. */
export function chunkOf(call: ProviderCall, track: TrackName, index: number): Uint8Array {
  const bytes = (call.sampleRate / 50) * (call.encoding === "mulaw" ? 1 : 2);
  return new Uint8Array(bytes).fill(1 + ((index * 2 + (track === "inbound" ? 0 : 1)) % 200));
}

export function join(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

export async function collect(stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  const reader = stream.getReader();
  for (let item = await reader.read(); !item.done; item = await reader.read()) parts.push(item.value);
  return join(parts);
}

export async function all<T>(stream: ReadableStream<T>): Promise<T[]> {
  const items: T[] = [];
  const reader = stream.getReader();
  for (let item = await reader.read(); !item.done; item = await reader.read()) items.push(item.value);
  return items;
}
