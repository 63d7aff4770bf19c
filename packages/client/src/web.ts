import { type ConnectOptions, connect as connectOn, type StreamingSession } from "@voxpipe/core";
import { openNativeSocket } from "./native-socket.ts";

export * from "@voxpipe/core";

/**
 * Starts a streaming session and returns at once; it is connecting.
 *
 * @throws StreamingError `invalid-options` or `api-key-in-browser`, before anything is sent.
 */
export function connect(options: ConnectOptions): StreamingSession {
  return connectOn(options, {
    openSocket: openNativeSocket,
    sendsHeaders: false,
    sendsPings: false,
    streams: globalThis,
  });
}
