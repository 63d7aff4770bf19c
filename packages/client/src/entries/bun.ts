import { type ConnectOptions as CommonOptions, connect as connectOn, type StreamingSession } from "@voxpipe/core";
import { proxyOf } from "../platforms/bun-proxy.ts";
import { nativePlatform } from "../platforms/native-platform.ts";
import type { StreamingClientOptions } from "../streaming-client/base-streaming-client.ts";
import { ServerStreamingClient } from "../streaming-client/server-streaming-client.ts";

export type { ServerStreamingClient } from "../streaming-client/server-streaming-client.ts";
export * from "./shared.ts";

/** Options of `connect`: the connection's parameters under the vendor's camelCase names, and these. */
export interface ConnectOptions extends CommonOptions {
  /**
   * The `http://` or `https://` URL of a proxy for the WebSocket. Needs Bun 1.3.6.
   *
   * @example agent: "http://user:password@proxy.example:8080"
   */
  agent?: string | undefined;
}

/**
 * Starts a streaming session on Bun's own WebSocket, and returns at once; it is connecting.
 *
 * @throws StreamingError `invalid-options`, before anything is sent.
 */
export function connect({ agent, ...options }: ConnectOptions): StreamingSession {
  return connectOn(options, nativePlatform(navigator.userAgent, proxyOf(agent)));
}

/** The API of the Python `AsyncStreamingClient`. On servers it mints tokens too. */
export class StreamingClient extends ServerStreamingClient {
  constructor(options: ConnectOptions & StreamingClientOptions = {}) {
    super(options, connect);
  }
}
