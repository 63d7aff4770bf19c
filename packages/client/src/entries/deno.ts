import { type ConnectOptions, connect as connectOn, type StreamingSession } from "@voxpipe/core";
import { nativePlatform } from "../platforms/native-platform.ts";
import type { StreamingClientOptions } from "../streaming-client/base-streaming-client.ts";
import { ServerStreamingClient } from "../streaming-client/server-streaming-client.ts";

export type { ServerStreamingClient } from "../streaming-client/server-streaming-client.ts";
export * from "./shared.ts";

/**
 * Starts a streaming session on Deno's own WebSocket, and returns at once; it is connecting.
 *
 * @throws StreamingError `invalid-options`, before anything is sent.
 */
export function connect(options: ConnectOptions): StreamingSession {
  return connectOn(options, nativePlatform(navigator.userAgent));
}

/** The API of the Python `AsyncStreamingClient`. On servers it mints tokens too. */
export class StreamingClient extends ServerStreamingClient {
  constructor(options: StreamingClientOptions = {}) {
    super(options, connect);
  }
}
