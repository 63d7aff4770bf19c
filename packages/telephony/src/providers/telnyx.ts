import * as v from "valibot";
import { byEvent, reader } from "./events.ts";
import { count, digit, parameters, payload, rate, text, track } from "./fields.ts";
import type { Provider } from "./provider.ts";
import { unsupported } from "./twilio.ts";

const start = v.looseObject({
  stream_id: text,
  start: v.looseObject({
    call_control_id: text,
    custom_parameters: parameters,
    media_format: v.looseObject({ encoding: v.string(), sample_rate: rate }),
  }),
});
const media = v.looseObject({
  media: v.looseObject({ track: v.optional(track, "inbound"), chunk: count, timestamp: count, payload }),
});
const dtmf = v.looseObject({ dtmf: v.looseObject({ digit }) });
const mark = v.looseObject({ mark: v.looseObject({ name: v.string() }) });
const error = v.looseObject({
  payload: v.fallback(v.looseObject({ code: v.optional(v.unknown()), title: text, detail: text }), {
    title: undefined,
    detail: undefined,
  }),
});

const encodings = new Map([
  ["PCMU", "mulaw"],
  ["PCMA", "alaw"],
] as const);

function encodingOf(name: string) {
  return name === "PCMU" || name === "PCMA" ? encodings.get(name) : undefined;
}

const readers = new Map([
  [
    "start",
    reader(start, ({ stream_id, start: { call_control_id, custom_parameters, media_format } }, raw) => {
      const encoding = encodingOf(media_format.encoding);
      if (encoding === undefined) return unsupported(media_format.encoding);
      return {
        type: "start",
        start: {
          provider: "telnyx",
          streamId: stream_id,
          callId: call_control_id,
          // The message does not say which of them were asked for.
          tracks: ["inbound", "outbound"],
          format: { encoding, sampleRate: media_format.sample_rate, channels: 1 },
          parameters: custom_parameters,
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
  ["dtmf", reader(dtmf, ({ dtmf: { digit } }) => ({ type: "dtmf", digit }))],
  ["mark", reader(mark, ({ mark: { name } }) => ({ type: "mark", name }))],
  [
    "error",
    reader(error, ({ payload: { title, detail } }) => ({
      type: "error",
      reason:
        [title, detail]
          .filter((part) => part !== undefined)
          .join(": ")
          .slice(0, 500) || "no reason given",
    })),
  ],
  ["stop", reader(v.looseObject({}), () => ({ type: "stop" }))],
]);

/** Telnyx media streaming: mu-law or A-law; timestamps in ms. The provider does not promise an order. */
export const telnyx: Provider = { text: (message) => byEvent(readers, message) };
