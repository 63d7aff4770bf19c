import { type ConnectOptions, connect as connectOn, type Platform, type StreamingSession } from "@voxpipe/core";
import { AsyncHandlerContext } from "./async-handler-context.ts";
import { BaseStreamingClient } from "./base-streaming-client.ts";
import { openWsSocket } from "./ws-socket.ts";

export * from "./shared.ts";

const platform: Platform = { openSocket: openWsSocket, sendsHeaders: true, sendsPings: true, streams: globalThis };

/**
 * Starts a streaming session and returns at once; it is connecting.
 *
 * @throws StreamingError `invalid-options`, before anything is sent.
 */
export function connect(options: ConnectOptions): StreamingSession {
  return connectOn(options, platform);
}

/** The API of the Python `AsyncStreamingClient`; on servers it mints tokens too. */
export class StreamingClient extends BaseStreamingClient {
  readonly #options: ConnectOptions;

  constructor(options: ConnectOptions = {}) {
    super(options, { connect, context: new AsyncHandlerContext() });
    this.#options = options;
  }

  /**
   * A temporary token, for a browser to connect with. Needs `apiKey` in the constructor's options.
   *
   * @param expiresInSeconds How long it can be redeemed, 1–600.
   * @param maxSessionDurationSeconds How long a session with it may last, 60–10800.
   * @throws TokenError of `@voxpipe/token`.
   */
  async createTemporaryToken(request: {
    expiresInSeconds: number;
    maxSessionDurationSeconds?: number | undefined;
  }): Promise<string> {
    const { createTemporaryToken } = await import("@voxpipe/token");
    const { apiKey = "", apiHost } = this.#options;
    const { token } = await createTemporaryToken({ apiKey, ...(apiHost !== undefined && { apiHost }), ...request });
    return token;
  }
}
