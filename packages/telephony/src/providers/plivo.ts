import * as v from "valibot";
import { byEvent, reader } from "./events.ts";
import { count, digit, payload, rate, text, track, tracks } from "./fields.ts";
import type { Provider } from "./provider.ts";
import { unsupported } from "./twilio.ts";

const start = v.looseObject({
  start: v.looseObject({
    streamId: v.string(),
    callId: text,
    tracks,
    mediaFormat: v.looseObject({ encoding: v.string(), sampleRate: rate }),
  }),
  extra_headers: text,
});
const media = v.looseObject({
  media: v.looseObject({ track: v.optional(track, "inbound"), chunk: count, timestamp: count, payload }),
});
const dtmf = v.looseObject({
  dtmf: v.looseObject({ track: v.fallback(v.optional(track), undefined), digit }),
});
const played = v.looseObject({ name: v.fallback(v.string(), "") });

const readers = new Map([
  [
    "start",
    reader(start, ({ start: { streamId, callId, tracks, mediaFormat }, extra_headers }, raw) => {
      const encoding = encodingOf(mediaFormat.encoding);
      if (encoding === undefined) return unsupported(mediaFormat.encoding);
      return {
        type: "start",
        start: {
          provider: "plivo",
          streamId,
          callId,
          tracks: tracks.length === 0 ? ["inbound"] : tracks,
          format: { encoding, sampleRate: mediaFormat.sampleRate, channels: 1 },
          parameters: pairs(extra_headers ?? ""),
          raw,
        },
      };
    }),
  ],
  [
    "media",
    reader(media, ({ media: { track, chunk, timestamp, payload } }) => ({
      type: "media",
      track,
      chunk: { bytes: payload, timestamp, number: chunk },
    })),
  ],
  [
    "dtmf",
    reader(dtmf, ({ dtmf: { track, digit } }) => ({ type: "dtmf", digit, ...(track !== undefined && { track }) })),
  ],
  ["playedStream", reader(played, ({ name }) => ({ type: "mark", name }))],
  ["stop", reader(v.looseObject({}), () => ({ type: "stop" }))],
]);

function encodingOf(name: string): "mulaw" | "s16le" | undefined {
  if (name === "audio/x-mulaw") return "mulaw";
  return name === "audio/x-l16" ? "s16le" : undefined;
}

/** "a=1;b=2" or "a=1,b=2". */
function pairs(headers: string): Record<string, string> {
  const entries = headers
    .replace(/^\{|\}$/g, "")
    .split(/[;,]/)
    .map((pair) => pair.split("="))
    .flatMap(([name = "", ...value]) => (name.trim() === "" ? [] : [[name.trim(), value.join("=").trim()] as const]));
  return Object.fromEntries(entries);
}

/** Plivo audio streaming: mu-law, or 16-bit samples; timestamps in ms of the day's clock. It ends by closing the socket. */
export const plivo: Provider = { text: (message) => byEvent(readers, message) };
