import * as v from "valibot";
import { byEvent, reader } from "./events.ts";
import { digit, parameters } from "./fields.ts";
import type { Message, Provider } from "./provider.ts";
import { unsupported } from "./twilio.ts";

const connected = v.looseObject({ "content-type": v.string() });
const pressed = v.looseObject({ digit });
const notified = v.looseObject({
  payload: v.fallback(v.looseObject({ name: v.fallback(v.string(), "") }), { name: "" }),
});

const readers = new Map([
  ["websocket:connected", reader(connected, (message, raw) => started(message["content-type"], raw))],
  ["websocket:dtmf", reader(pressed, ({ digit }) => ({ type: "dtmf", digit }))],
  ["websocket:notify", reader(notified, ({ payload: { name } }) => ({ type: "mark", name }))],
]);

function started(contentType: string, raw: object): Message {
  const rate = /^audio\/l16;\s*rate=(8000|16000|24000)$/i.exec(contentType)?.[1];
  if (rate === undefined) return unsupported(contentType);
  const { event: _, "content-type": __, ...own } = v.parse(parameters, raw);
  return {
    type: "start",
    start: {
      provider: "vonage",
      streamId: undefined,
      callId: own.uuid,
      tracks: ["inbound"],
      format: { encoding: "s16le", sampleRate: Number(rate), channels: 1 },
      parameters: own,
      raw,
    },
  };
}

/**
 * Vonage Voice WebSockets: 16-bit samples in binary messages, without timestamps and without gaps. The socket is a
 * participant of the call and hears all others mixed, as `inbound`. It ends by closing the socket.
 */
export const vonage: Provider = {
  text: (message) => byEvent(readers, message),
  binary: (bytes) => ({
    type: "media",
    track: "inbound",
    chunk: { bytes: Uint8Array.from(bytes), timestamp: undefined, number: undefined },
  }),
};
