import { StreamingError, type TurnRead } from "@voxpipe/core";

export type CapturedAt = (audioMs: number) => number | undefined;

/** @throws StreamingError `invalid-options`. */
export function checkCapturedAt(capturedAt: unknown): void {
  if (capturedAt === undefined || typeof capturedAt === "function") return;
  throw new StreamingError(
    "invalid-options",
    `capturedAt: ${capturedAt === null ? "null" : `a ${typeof capturedAt}`} is not valid. Expected a function such as ` +
      "(audioMs) => startedAt + audioMs, with the time of capture in ms since the Unix epoch.",
  );
}

/** Hands a message on with the time that the capture took. If `capturedAt` throws, without it, and throws then. */
export function withCapture(
  message: TurnRead,
  capturedAt: CapturedAt | undefined,
  publish: (message: TurnRead & { readonly captureMs: number | undefined }) => void,
): void {
  let captureMs: number | undefined;
  try {
    const at: unknown = capturedAt?.(message.audioMs);
    if (typeof at === "number" && Number.isFinite(at)) captureMs = Math.max(0, message.writtenAt - at);
  } finally {
    publish({ ...message, captureMs });
  }
}
