import { attempt } from "../errors/attempt.ts";
import type { Secrets } from "../errors/redact.ts";
import { StreamingError } from "../errors/streaming-error.ts";

/** How a service ended a session without having answered all of it. */
export interface EarlyEnd {
  /** Terminate had been sent. */
  readonly asked: boolean;
  /** A Termination came. */
  readonly confirmed: boolean;
  /** Audio without a final turn, in ms. */
  readonly unansweredMs: number;
  readonly reconnects: boolean;
}

export function earlyEndError(end: EarlyEnd, sessionId: string | undefined): StreamingError {
  const { asked, confirmed, unansweredMs, reconnects } = end;
  const missing = `its last turn may be missing (${seconds(unansweredMs)} of audio have no final turn)`;
  const remedy = reconnects ? "Start a new session." : "Start a new session, or leave reconnect on.";
  return new StreamingError(
    confirmed ? (asked ? "server-error" : "session-expired") : "connection-lost",
    `${howItEnded(asked, confirmed)}: ${missing}. ${remedy}`,
    { closeCode: confirmed ? undefined : 1000, retryable: true, sessionId },
  );
}

function howItEnded(asked: boolean, confirmed: boolean): string {
  if (!asked) return `The service ended the session early, ${confirmed ? "by a Termination" : "by close code 1000"}`;
  return confirmed
    ? "The service confirmed the end without having answered all of the audio"
    : "The service closed the connection instead of confirming the end";
}

export function offlineError(unansweredMs: number, sessionId: string | undefined): StreamingError {
  return new StreamingError(
    "connection-failed",
    `The session was closed while this page was offline: ${seconds(unansweredMs)} of audio have no final turn. Next time, close it once the page is online.`,
    { retryable: true, sessionId },
  );
}

export function terminationTimeoutError(timeoutMs: number, sessionId: string | undefined): StreamingError {
  const message = `No Termination within ${timeoutMs} ms: the last turn may be missing. Raise terminationTimeout.`;
  return new StreamingError("termination-timeout", message, { retryable: true, sessionId });
}

/** `reason` is the caller's own, and may be anything. */
export function abortedError(reason: unknown, secrets: Secrets, sessionId: string | undefined): StreamingError {
  const cause = secrets.redactCause(reason);
  const why = attempt(() => reason instanceof Error) ? `: ${cause?.message}` : "";
  return new StreamingError("aborted", `The session was aborted${why}.`, { cause, sessionId });
}

export function endedError(): StreamingError {
  return new StreamingError("session-ended", "The session has ended. Call connect() for a new one.");
}

export function tooSlowError(): StreamingError {
  const message =
    "Nobody reads session.events: 32 MiB of final turns wait. Read them, or call session.close() if they are not wanted.";
  return new StreamingError("reader-too-slow", message);
}

export function internalError(cause: Error | undefined, sessionId: string | undefined): StreamingError {
  const message = `voxpipe failed while it handled what the connection sent: ${cause?.message}. Please report this.`;
  return new StreamingError("internal-error", message, { cause, sessionId });
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
