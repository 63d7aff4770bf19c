import { AsyncLocalStorage } from "node:async_hooks";
import { BaseStreamingClient, type ClientParts, type StreamingClientOptions } from "./base-streaming-client.ts";
import type { HandlerRun } from "./handler-context.ts";

/** The client for servers: it also mints tokens. */
export class ServerStreamingClient extends BaseStreamingClient {
  readonly #options: StreamingClientOptions;

  constructor(options: StreamingClientOptions, connect: ClientParts["connect"]) {
    super(options, { connect, runs: new AsyncLocalStorage<HandlerRun>() });
    this.#options = options;
  }

  /**
   * Mints a temporary token, for a browser to connect with. Needs `apiKey` in the constructor's options.
   *
   * @param request.expiresInSeconds How long it can be redeemed, 1–600.
   * @param request.maxSessionDurationSeconds How long a session with it may last, 60–10800.
   * @throws TokenError of `@voxpipe/token`.
   */
  async createTemporaryToken(request: {
    expiresInSeconds: number;
    maxSessionDurationSeconds?: number | undefined;
  }): Promise<string> {
    // Loaded on first use: most clients never mint.
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
