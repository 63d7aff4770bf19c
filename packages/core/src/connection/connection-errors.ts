import { StreamingError } from "../errors/streaming-error.ts";
import { errorFromCloseCode } from "../protocol/close-codes.ts";
import type { Connection } from "./connection.ts";

export function connectTimeoutError({ host, handshaken }: Connection, timeoutMs: number): StreamingError {
  const missing = handshaken ? "Begin" : "connection";
  const remedy = handshaken ? "Check the network" : "Check the network, and whether it requires a proxy";
  const message = `No ${missing} from ${host} within ${timeoutMs} ms. ${remedy}, or raise connectTimeout.`;
  return new StreamingError("connect-timeout", message, { retryable: true });
}

export function unusableBeginError({ host }: Connection, reason: string): StreamingError {
  const message = `${host} sent a Begin that cannot be used: ${reason}. Check apiHost, or update voxpipe.`;
  return new StreamingError("server-error", message);
}

export function stalledError({ host, begin }: Connection, why: string): StreamingError {
  const message = `The connection to ${host} is dead: ${why}. Check the network between here and the service.`;
  return new StreamingError("connection-stalled", message, { retryable: true, sessionId: begin?.id });
}

/** The error of a connection that the service refused, and undefined if it did not. */
export function refusalError({ refusal, begin, request }: Connection, closeCode = 0): StreamingError | undefined {
  if (!refusal) return undefined;
  // Up to 1006, codes only say that a connection was closed.
  const code = refusal.code || (closeCode > 1006 ? closeCode : 0);
  return errorFromCloseCode(code, refusal.text, begin?.id, request);
}
