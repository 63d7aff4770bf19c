import { type ConnectOptions, connect as connectOn, type StreamingSession } from "@voxpipe/core";
import { NodeStreamingClient, nodePlatform } from "./node-platform.ts";

export type { NodeStreamingClient } from "./node-platform.ts";
export * from "./shared.ts";

/**
 * Starts a streaming session and returns at once; it is connecting.
 *
 * @throws StreamingError `invalid-options`, before anything is sent.
 */
export function connect(options: ConnectOptions): StreamingSession {
  return connectOn(options, nodePlatform(globalThis));
}

/** The API of the Python `AsyncStreamingClient`. On servers it mints tokens too. */
export class StreamingClient extends NodeStreamingClient {
  constructor(options: ConnectOptions = {}) {
    super(options, connect);
  }
}
