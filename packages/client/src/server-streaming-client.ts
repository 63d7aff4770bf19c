import type { ConnectOptions } from "@voxpipe/core";
import { AsyncHandlerContext } from "./async-handler-context.ts";
import { BaseStreamingClient, type ClientParts } from "./base-streaming-client.ts";

/** The client of servers: it mints tokens too. */
export class ServerStreamingClient extends BaseStreamingClient {
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
