import { finite } from "./finite.ts";

/** Compressed audio is measured by its packets, which a decoder may see a little differently. */
const packetShare = 0.02;

export interface Sent {
  /** On the connection that ends, padding included, in ms. */
  readonly sentMs: number;
  /** Whether `sentMs` is exact: PCM. */
  readonly exact: boolean;
  /** Whether expiry may have cut the end off: then rounding is no excuse. */
  readonly nearExpiry: boolean;
}

/** Whether a Termination's `audio_duration_seconds` says that the service got the audio. Without a number it says nothing. */
export function heardAll(seconds: unknown, { sentMs, exact, nearExpiry }: Sent): boolean {
  const heardSeconds = finite(seconds);
  if (heardSeconds === undefined) return true;
  const leastMs = sentMs * (exact ? 1 : 1 - packetShare) - 10;
  // The service may count in whole seconds, rounded in any way: what it leaves out then is less than a second.
  const rounds = Number.isInteger(heardSeconds) && !nearExpiry;
  return heardSeconds * 1000 > (rounds ? Math.floor(leastMs / 1000) * 1000 - 1 : leastMs - (nearExpiry ? 0 : 100));
}
