import type { PcmFormat } from "@voxpipe/audio";
import type { CallStart, TrackName } from "../call.ts";

export type ProviderName = "twilio" | "telnyx" | "plivo" | "vonage";

/** One piece of a track, as it came. */
export interface Chunk {
  readonly bytes: Uint8Array;
  /** On the provider's clock, in ms. */
  readonly timestamp: number | undefined;
  /** Rises by one for each of the track's chunks. */
  readonly number: number | undefined;
}

/** A provider's message, in the same words for all. */
export type Message =
  | { readonly type: "start"; readonly start: CallStart }
  | { readonly type: "media"; readonly track: TrackName; readonly chunk: Chunk }
  | { readonly type: "dtmf"; readonly digit: string; readonly track?: TrackName }
  | { readonly type: "mark"; readonly name: string }
  | { readonly type: "stop" }
  /** The provider reports an error. */
  | { readonly type: "error"; readonly reason: string }
  /** Of no use here. */
  | { readonly type: "other" }
  /** Not the provider's. `start`: it was to be its first message. */
  | { readonly type: "invalid"; readonly reason: string; readonly start?: "invalid-start" | "unsupported-encoding" };

/** Reads what one provider sends. Never throws. */
export interface Provider {
  /** A text message: an object in JSON. */
  text(message: object): Message;
  /** A binary message; absent if the provider sends none. */
  binary?(bytes: Uint8Array): Message;
}

/** The byte that silence consists of; for `s16le` also. */
export function silentByte({ encoding }: PcmFormat): number {
  if (encoding === "mulaw") return 0xff;
  return encoding === "alaw" ? 0xd5 : 0;
}
