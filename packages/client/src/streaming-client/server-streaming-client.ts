import { AsyncLocalStorage } from "node:async_hooks";
import type { Fetch } from "@voxpipe/token";
import { BaseStreamingClient, type ClientParts, type StreamingClientOptions } from "./base-streaming-client.ts";
import type { HandlerRun } from "./handler-context.ts";

/** The client for servers: it also mints tokens. */
export class ServerStreamingClient extends BaseStreamingClient {
  readonly #options: StreamingClientOptions;
  readonly #fetch: () => Promise<Fetch | undefined>;

  /** @param fetch loads a `fetch` that goes the way of the sessions. */
  constructor(
    options: StreamingClientOptions,
    connect: ClientParts["connect"],
    fetch: () => Promise<Fetch | undefined> = async () => undefined,
  ) {
    super(options, { connect, runs: new AsyncLocalStorage<HandlerRun>() });
    this.#options = options;
    this.#fetch = fetch;
  }

  /**
   * Mints a temporary token, for a browser to connect with. Needs `apiKey` in the constructor's options.
   *
   * @param request.expiresInSeconds How long it can be redeemed, 1–600.
   * @param request.maxSessionDurationSeconds How long a session with it may last, 60–10800.
   * @param request.fetch Sends the request instead of the platform's `fetch`, or of the client's own proxy.
   * @throws TokenError of `@voxpipe/token`.
   */
  async createTemporaryToken(request: {
    expiresInSeconds: number;
    maxSessionDurationSeconds?: number | undefined;
    fetch?: Fetch | undefined;
  }): Promise<string> {
    // Loaded on first use: most clients never mint.
    const { createTemporaryToken } = await import("@voxpipe/token");
    const { apiKey = "", apiHost } = this.#options;
    const { expiresInSeconds, maxSessionDurationSeconds, fetch = await this.#fetch() } = request;
    const { token } = await createTemporaryToken({
      apiKey,
      expiresInSeconds,
      ...(apiHost !== undefined && { apiHost }),
      ...(fetch && { fetch }),
      ...(maxSessionDurationSeconds !== undefined && { maxSessionDurationSeconds }),
    });
    return token;
  }
}
