import { finite } from "./finite.ts";

/** Compressed audio is measured by its packets; a decoder may count slightly differently. */
const packetShare = 0.02;
/** Decoders leave out what encoders put in front and behind: Opus's pre-skip of 80 ms and its end trimming, a frame of AAC at 8 kHz. */
const codecPaddingMs = 200;

export interface Sent {
  /** On the connection that ends, padding included, in ms. */
  readonly sentMs: number;
  /** Whether `sentMs` is exact: PCM. */
  readonly exact: boolean;
  /** Whether the Termination may not answer our Terminate, but have crossed it on the way: then a rounded figure proves nothing. */
  readonly mayCross: boolean;
}

/** Whether a Termination's `audio_duration_seconds` says that the service got the audio. Without a number it says nothing. */
export function heardAll(seconds: unknown, { sentMs, exact, mayCross }: Sent): boolean {
  const heardSeconds = finite(seconds);
  if (heardSeconds === undefined) return true;
  const leastMs = (exact ? sentMs : sentMs * (1 - packetShare) - codecPaddingMs) - 10;
  // The service may count in whole seconds, rounded in any way: then less than a second may be missing.
  if (Number.isInteger(heardSeconds))
    return mayCross ? (heardSeconds - 1) * 1000 >= leastMs : heardSeconds >= Math.floor(leastMs / 1000);
  return heardSeconds * 1000 > leastMs - (mayCross ? 0 : 100);
}
