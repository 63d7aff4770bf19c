import { type ConnectOptions, connect as connectOn, type StreamingSession } from "@voxpipe/core";
import { openWsSocket } from "./ws-socket.ts";

export * from "@voxpipe/core";

/**
 * Starts a streaming session and returns at once; it is connecting.
 *
 * @throws StreamingError `invalid-options`, before anything is sent.
 */
export function connect(options: ConnectOptions): StreamingSession {
  return connectOn(options, { openSocket: openWsSocket, sendsHeaders: true, sendsPings: true, streams: globalThis });
}
