import { APICallError, InvalidArgumentError } from "@ai-sdk/provider";
import { StreamingError } from "voxpipe";

/**
 * The AI SDK's own error for a failure of a session: `InvalidArgumentError` for what the caller gave, `APICallError` for what the
 * service or the network did. An abort is its signal's reason, and a source's failure is the source's own error.
 */
export function toSdkError(
  error: unknown,
  context: { readonly url: string; readonly signal: AbortSignal | undefined },
): unknown {
  if (!(error instanceof StreamingError)) return error;
  const { code, message, cause, retryable } = error;
  if (code === "aborted" && context.signal?.aborted) return context.signal.reason;
  if (code === "audio-failed" && cause !== undefined) return cause;
  if (code === "invalid-options")
    return new InvalidArgumentError({ argument: "providerOptions", message, cause: error });
  if (code === "invalid-audio") return new InvalidArgumentError({ argument: "audio", message, cause: error });
  const statusCode = error.status ?? statuses.get(code);
  return new APICallError({
    message,
    url: context.url,
    requestBodyValues: {},
    ...(statusCode !== undefined && { statusCode }),
    isRetryable: retryable,
    cause: error,
    data: { code, closeCode: error.closeCode, sessionId: error.sessionId },
  });
}

/** What a refusal after the handshake would have been as HTTP. */
const statuses: ReadonlyMap<string, number> = new Map([
  ["unauthorized", 401],
  ["too-many-sessions", 429],
]);
