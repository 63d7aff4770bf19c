import type { SocketEnd } from "@voxpipe/core";
import { retryAfterSeconds } from "./retry-after.ts";

/** How much of an error answer is read, in bytes, and for how long, in ms. */
export const longestRefusal = 2048;
export const refusalMs = 1000;
/** How much of it is shown, in characters. */
const shownCharacters = 300;

/** The end of a handshake that was answered with an HTTP status. The answer's text is untrusted: one short line of it is kept. */
export function refusedHandshake(status: number, retryAfter: string | null, body: Uint8Array): SocketEnd {
  const text = new TextDecoder().decode(body.subarray(0, longestRefusal));
  const line = text.replace(/[\p{C}\p{Z}\s]+/gu, " ").trim();
  const seconds = retryAfterSeconds(retryAfter);
  return {
    code: 1006,
    reason: "",
    status,
    ...(line !== "" && { body: line.slice(0, shownCharacters) }),
    ...(seconds !== undefined && { retryAfterSeconds: seconds }),
  };
}
