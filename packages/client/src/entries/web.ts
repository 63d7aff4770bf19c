import { type ConnectOptions, connect as connectOn, type StreamingSession } from "@voxpipe/core";
import { webPlatform } from "../platforms/web-platform.ts";
import { BaseStreamingClient, type StreamingClientOptions } from "../streaming-client/base-streaming-client.ts";
import { LastRun } from "../streaming-client/handler-context.ts";

export * from "./shared.ts";

/**
 * Starts a streaming session and returns at once; it is connecting.
 *
 * @throws StreamingError `invalid-options` or `api-key-in-browser`, before anything is sent.
 */
export function connect(options: ConnectOptions): StreamingSession {
  return connectOn(options, webPlatform(globalThis));
}

/** The API of the Python `AsyncStreamingClient`. */
export class StreamingClient extends BaseStreamingClient {
  constructor(options: StreamingClientOptions = {}) {
    super(options, { connect, runs: new LastRun() });
  }
}
