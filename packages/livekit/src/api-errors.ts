import { APIConnectionError, APIError, APIStatusError, APITimeoutError } from "@livekit/agents";
import { StreamingError } from "voxpipe";

/**
 * The framework's own error. Never one that it would retry: the session has made every attempt that can help, and a second
 * stream would begin without the audio that the first was given.
 */
export function toApiError(error: unknown): Error {
  if (!(error instanceof StreamingError)) return error instanceof Error ? error : new Error(String(error));
  const { code, message, status, sessionId, closeCode } = error;
  const options = { retryable: false, body: { code, closeCode } };
  const statusCode = status ?? statuses.get(code);
  const failure =
    statusCode !== undefined
      ? new APIStatusError({ message, options: { ...options, statusCode, requestId: sessionId ?? null } })
      : code === "connect-timeout" || code === "termination-timeout"
        ? new APITimeoutError({ message, options })
        : connectionCodes.has(code)
          ? new APIConnectionError({ message, options })
          : new APIError(message, options);
  failure.cause = error;
  return failure;
}

/** What a refusal after the handshake would have been as HTTP. */
const statuses: ReadonlyMap<string, number> = new Map([
  ["unauthorized", 401],
  ["too-many-sessions", 429],
]);

const connectionCodes: ReadonlySet<string> = new Set(["connection-failed", "connection-lost", "connection-stalled"]);
