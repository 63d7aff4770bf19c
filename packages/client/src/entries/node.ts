import { connect as connectOn, type StreamingSession } from "@voxpipe/core";
import { type ConnectOptions, forNode } from "../platforms/node-platform.ts";
import type { StreamingClientOptions } from "../streaming-client/base-streaming-client.ts";
import { ServerStreamingClient } from "../streaming-client/server-streaming-client.ts";

export type { ConnectionAgent, ConnectOptions } from "../platforms/node-platform.ts";
export type { ServerStreamingClient } from "../streaming-client/server-streaming-client.ts";
export * from "./shared.ts";

/**
 * Starts a streaming session and returns at once; it is connecting.
 *
 * @throws StreamingError `invalid-options`, before anything is sent.
 */
export function connect(options: ConnectOptions): StreamingSession {
  return connectOn(...forNode(options, globalThis));
}

/** The API of the Python `AsyncStreamingClient`. On servers it mints tokens too. */
export class StreamingClient extends ServerStreamingClient {
  constructor(options: ConnectOptions & StreamingClientOptions = {}) {
    super(options, connect);
  }
}
