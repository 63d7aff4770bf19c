import { channel } from "node:diagnostics_channel";
import type { ConnectOptions, Platform } from "@voxpipe/core";
import { AsyncHandlerContext } from "./async-handler-context.ts";
import { BaseStreamingClient, type ClientParts } from "./base-streaming-client.ts";
import { openWsSocket } from "./ws-socket.ts";

/** Where sessions tell of their connections: `diagnostics_channel.subscribe("voxpipe:session", …)`. */
const sessions = channel("voxpipe:session");

/** Node's sockets, with the Web Streams that the entry brings. */
export function nodePlatform(streams: Platform["streams"]): Platform {
  const trace: Platform["trace"] = (message) => {
    if (sessions.hasSubscribers) sessions.publish(message);
  };
  return { openSocket: openWsSocket, sendsHeaders: true, sendsPings: true, streams, trace };
}

/** The client of servers: it mints tokens too. */
export class NodeStreamingClient extends BaseStreamingClient {
  readonly #options: ConnectOptions;

  constructor(options: ConnectOptions, connect: ClientParts["connect"]) {
    super(options, { connect, context: new AsyncHandlerContext() });
    this.#options = options;
  }

  /**
   * A temporary token, for a browser to connect with. Needs `apiKey` in the constructor's options.
   *
   * @param request.expiresInSeconds How long it can be redeemed, 1–600.
   * @param request.maxSessionDurationSeconds How long a session with it may last, 60–10800.
   * @throws TokenError of `@voxpipe/token`.
   */
  async createTemporaryToken(request: {
    expiresInSeconds: number;
    maxSessionDurationSeconds?: number | undefined;
  }): Promise<string> {
    // Loaded when first needed: most clients never mint.
    const { createTemporaryToken } = await import("@voxpipe/token");
    const { apiKey = "", apiHost } = this.#options;
    const { expiresInSeconds, maxSessionDurationSeconds } = request;
    const { token } = await createTemporaryToken({
      apiKey,
      expiresInSeconds,
      ...(apiHost !== undefined && { apiHost }),
      ...(maxSessionDurationSeconds !== undefined && { maxSessionDurationSeconds }),
    });
    return token;
  }
}
