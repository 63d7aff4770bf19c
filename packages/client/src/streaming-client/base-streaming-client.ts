import {
  type BeginEvent,
  type ConnectOptions,
  type DeprecatedParameters,
  eventTypes,
  type SessionConfiguration,
  StreamingError,
  type StreamingSession,
} from "@voxpipe/core";
import { AudioFeed } from "./audio-feed.ts";
import type { AudioSource } from "./audio-source.ts";
import type { RunStorage } from "./handler-context.ts";
import { type HandlerPayloads, Handlers } from "./handlers.ts";

/** Options of a `StreamingClient`: those of `connect`, and a callback for failures that nothing else reports. */
export interface StreamingClientOptions extends ConnectOptions {
  /**
   * Called with failures that nothing else reports: a failure without an `Error` handler, and errors thrown by handlers.
   *
   * @default prints both with `console.error`
   */
  onUncaught?: ((message: string, error: unknown) => void) | undefined;
}

/** Provided by the entry file. */
export interface ClientParts {
  readonly connect: (options: ConnectOptions) => StreamingSession;
  /** An `AsyncLocalStorage`, if the platform has one. */
  readonly runs: RunStorage;
}

/**
 * The API of the Python `AsyncStreamingClient` over a session: register handlers, connect, stream, disconnect. A client
 * connects once. As in Python, a lost connection ends it; `reconnect: true` makes the session reconnect instead.
 *
 * Its promises may be ignored: a failure of the session calls `on("Error")`, or is printed once if there is no handler.
 *
 * @example
 * const client = new StreamingClient({ apiKey, sampleRate: 16_000 });
 * client.on("Turn", (_, turn) => console.log(turn.transcript));
 * await client.connect();
 * await client.stream(createReadStream("speech.pcm"));
 * await client.disconnect({ terminate: true });
 */
export class BaseStreamingClient implements AsyncDisposable {
  readonly #options: ConnectOptions;
  readonly #parts: ClientParts;
  readonly #handlers: Handlers;
  #session: StreamingSession | undefined;
  #feed: AudioFeed | undefined;
  #used = false;
  #disconnecting = false;
  /** `disconnect` without `terminate` was called: the abort it causes is not a failure. */
  #abandoned = false;

  constructor({ onUncaught, ...options }: StreamingClientOptions, parts: ClientParts) {
    this.#options = options;
    this.#parts = parts;
    this.#handlers = new Handlers(this, parts.runs, onUncaught);
  }

  /**
   * Calls `handler(client, payload)` for every event of a type, or for the `Error` that ends the session. Handlers run in the
   * order in which they were added; the promise of one is awaited before the next runs. If one throws, that is reported.
   *
   * @throws StreamingError `invalid-options` for a type that does not exist
   */
  on<Type extends keyof HandlerPayloads>(
    type: Type,
    handler: (client: this, payload: HandlerPayloads[Type]) => unknown,
  ): this {
    if (type !== "Error" && !eventTypes.some((known) => known === type))
      throw new StreamingError(
        "invalid-options",
        `${JSON.stringify(type)} is not an event. Use one of ${eventTypes.join(", ")}, or Error.`,
      );
    this.#handlers.add(type, handler);
    return this;
  }

  /**
   * Connects, and resolves with Begin. `params` are added to the constructor's options, and override them.
   *
   * Rejects with the failure, which `on("Error")` also gets; with `wrong-state` on a second call.
   */
  connect(params: ConnectOptions = {}): Promise<BeginEvent> {
    return ignorable(this.#connect(params), (error) => error.code !== "wrong-state");
  }

  /**
   * Sends audio: bytes, or an iterable, async iterable or `ReadableStream` of bytes. Resolves when the session has accepted all
   * of it; calls that are not awaited are sent in order. Do not change the bytes before it resolves.
   *
   * Rejects with `session-ended` if it is not sent: the session failed, or `disconnect` was called before; with
   * `wrong-state` before `connect`; with `invalid-audio` for anything but bytes; with the source's own error.
   */
  stream(data: AudioSource): Promise<void> {
    return ignorable(this.#stream(data), isEnd);
  }

  /** Changes parameters of the running session, after the audio given so far. After its end it does nothing. */
  setParams(params: SessionConfiguration & DeprecatedParameters): Promise<void> {
    return this.#control("setParams", (session) => session.updateConfiguration(params));
  }

  /** Ends the turn after the audio given so far. After the end of the session it does nothing. */
  forceEndpoint(): Promise<void> {
    return this.#control("forceEndpoint", (session) => session.forceEndpoint());
  }

  /** Resets the service's inactivity timer. After the end of the session it does nothing. */
  keepAlive(): Promise<void> {
    return this.#control("keepAlive", (session) => session.keepAlive());
  }

  /**
   * Ends the session. With `terminate` everything given to `stream` is sent first, and the promise waits for Termination
   * and for the handlers of all that came before. A source that `stream` is still reading is read on as long as it gives
   * audio faster than twice real time; a live one (a microphone) is cut off after about a second, and its `stream` rejects. Without
   * `terminate` the session ends at once. Never rejects: failures reach `on("Error")`.
   *
   * Called in a handler, it does not wait for handlers, because it would wait for itself. Browsers do not know which code
   * belongs to a handler: there it also does not wait if the handler that runs at the call still runs at the end.
   */
  async disconnect({ terminate = false }: { terminate?: boolean } = {}): Promise<void> {
    const [session, feed] = [this.#session, this.#feed];
    if (!session || !feed) return;
    const handlersHaveRun = this.#handlers.waiter();
    this.#disconnecting = true;
    if (terminate) {
      await feed.finish();
      await session.close().catch(() => {});
    } else {
      this.#abandoned = true;
      feed.stop();
      session.abort();
    }
    await handlersHaveRun();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.disconnect({ terminate: true });
  }

  async #connect(params: ConnectOptions): Promise<BeginEvent> {
    if (this.#used)
      throw new StreamingError("wrong-state", "This client has been connected before. Create a new StreamingClient.");
    this.#used = true;
    const options = { ...this.#options, ...params };
    try {
      const session = this.#parts.connect({ ...options, reconnect: options.reconnect ?? false });
      this.#session = session;
      this.#feed = new AudioFeed(session, options, this.#warnOnce(options.onWarning));
      this.#handlers.follow(session.events, (error) => this.#abandoned && hasCode(error, "aborted"));
      return await session.opened;
    } catch (error) {
      if (!this.#session) this.#handlers.fail(error);
      await this.#handlers.called();
      throw error;
    }
  }

  async #stream(data: AudioSource): Promise<void> {
    this.#connected("stream");
    await this.#feed?.send(data);
  }

  async #control(method: string, send: (session: StreamingSession) => Promise<void>): Promise<void> {
    const session = this.#connected(method);
    if (this.#ended) return;
    try {
      await send(session);
    } catch (error) {
      if (!this.#ended) throw error;
    }
  }

  #warnOnce(warn = (message: string) => console.warn(`voxpipe: ${message}`)): (message: string) => void {
    const warned = new Set<string>();
    return (message) => {
      if (warned.has(message)) return;
      warned.add(message);
      try {
        warn(message);
      } catch (error) {
        this.#handlers.report(`onWarning threw when it got "${message}".`, error);
      }
    };
  }

  get #ended(): boolean {
    return this.#disconnecting || this.#session?.state === "closed" || this.#session?.state === "closing";
  }

  #connected(method: string): StreamingSession {
    if (!this.#session)
      throw new StreamingError("wrong-state", `The client is not connected. Await connect() before ${method}().`);
    return this.#session;
  }
}

/** A promise whose rejection may be ignored if it is also `reported`. Other rejections stay unhandled. */
function ignorable<T>(promise: Promise<T>, reported: (error: StreamingError) => boolean): Promise<T> {
  const result = new Promise<T>((resolve, reject) => {
    promise.then(resolve, (error: unknown) => {
      reject(error);
      if (error instanceof StreamingError && reported(error)) result.catch(() => {});
    });
  });
  return result;
}

function isEnd(error: StreamingError): boolean {
  return error.code === "session-ended";
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof StreamingError && error.code === code;
}
