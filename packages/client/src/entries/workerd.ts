import { type ConnectOptions, connect as connectOn, type Platform, type StreamingSession } from "@voxpipe/core";
import { openFetchedSocket } from "../sockets/fetched-socket.ts";
import { BaseStreamingClient, type StreamingClientOptions } from "../streaming-client/base-streaming-client.ts";
import { LastRun } from "../streaming-client/handler-context.ts";

export * from "./shared.ts";

const workerd: Platform = { openSocket: openFetchedSocket, sendsHeaders: true, sendsPings: false, streams: globalThis };

/**
 * Starts a streaming session and returns at once; it is connecting. It lives as long as the request or the Durable Object
 * that started it.
 *
 * @throws StreamingError `invalid-options`, before anything is sent.
 */
export function connect(options: ConnectOptions): StreamingSession {
  return connectOn(options, workerd);
}

/** The API of the Python `AsyncStreamingClient`. */
export class StreamingClient extends BaseStreamingClient {
  constructor(options: StreamingClientOptions = {}) {
    super(options, { connect, runs: new LastRun() });
  }
}
