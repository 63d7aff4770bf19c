import * as v from "valibot";
import { byEvent, reader } from "./events.ts";
import { count, digit, parameters, payload, rate, text, track, tracks } from "./fields.ts";
import type { Provider } from "./provider.ts";

const start = v.looseObject({
  start: v.looseObject({
    streamSid: v.string(),
    callSid: text,
    tracks,
    customParameters: parameters,
    mediaFormat: v.looseObject({ encoding: v.string(), sampleRate: rate }),
  }),
});
const media = v.looseObject({ media: v.looseObject({ track, chunk: count, timestamp: count, payload }) });
const dtmf = v.looseObject({ dtmf: v.looseObject({ track: v.fallback(v.optional(track), undefined), digit }) });
const mark = v.looseObject({ mark: v.looseObject({ name: v.string() }) });

const readers = new Map([
  [
    "start",
    reader(start, ({ start: { streamSid, callSid, tracks, customParameters, mediaFormat } }, raw) =>
      mediaFormat.encoding === "audio/x-mulaw"
        ? {
            type: "start",
            start: {
              provider: "twilio",
              streamId: streamSid,
              callId: callSid,
              tracks: tracks.length === 0 ? ["inbound"] : tracks,
              format: { encoding: "mulaw", sampleRate: mediaFormat.sampleRate, channels: 1 },
              parameters: customParameters,
              raw,
            },
          }
        : unsupported(mediaFormat.encoding),
    ),
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
  ["mark", reader(mark, ({ mark: { name } }) => ({ type: "mark", name }))],
  ["stop", reader(v.looseObject({}), () => ({ type: "stop" }))],
]);

/** Twilio Media Streams: mu-law at 8 kHz; timestamps in ms from the start of the stream. */
export const twilio: Provider = { text: (message) => byEvent(readers, message) };

/** The answer to audio in an encoding that has no stream here. */
export function unsupported(encoding: string) {
  const reason = `Audio in ${JSON.stringify(encoding.slice(0, 64))} is not supported`;
  return { type: "invalid", reason, start: "unsupported-encoding" } as const;
}
