import {
  type AudioChunk,
  type BeginEvent,
  type ConnectOptions,
  type DeprecatedParameters,
  eventTypes,
  type SessionConfiguration,
  StreamingError,
  type StreamingEvent,
  type StreamingSession,
} from "@voxpipe/core";
import type { HandlerContext } from "./handler-context.ts";

/** What a handler of each name gets: the event of that type, or the failure that ended the session. */
export type HandlerPayloads = { [Type in StreamingEvent["type"]]: Extract<StreamingEvent, { type: Type }> } & {
  Error: StreamingError;
};

type Handler = (client: never, payload: never) => unknown;

/** Audio in any shape that yields bytes. */
export type AudioSource =
  | AudioChunk
  | Iterable<AudioChunk>
  | AsyncIterable<AudioChunk>
  | Pick<ReadableStream<AudioChunk>, "getReader">;

/** What the entry file brings. */
export interface ClientParts {
  readonly connect: (options: ConnectOptions) => StreamingSession;
  readonly context: HandlerContext;
}

/**
 * The API of the Python `AsyncStreamingClient`, one to one, over a session: register handlers, connect, stream, disconnect.
 * A client connects once. As there, a lost connection ends it; `reconnect: true` lets the session find a new one instead.
 */
export class BaseStreamingClient implements AsyncDisposable {
  readonly #options: ConnectOptions;
  readonly #parts: ClientParts;
  readonly #handlers = new Map<string, Handler[]>();
  #session: StreamingSession | undefined;
  #writer: WritableStreamDefaultWriter<AudioChunk> | undefined;
  #used = false;
  /** `disconnect` without `terminate` was called: the abort it causes is no failure. */
  #abandoned = false;
  #dispatched: Promise<void> = Promise.resolve();

  constructor(options: ConnectOptions, parts: ClientParts) {
    this.#options = options;
    this.#parts = parts;
  }

  /**
   * Calls `handler(client, payload)` for every event of a type, or for the `Error` that ends the session. Several handlers
   * run in the order in which they were added; what one returns is awaited before the next runs. One that throws is reported.
   */
  on<Type extends keyof HandlerPayloads>(
    type: Type,
    handler: (client: this, payload: HandlerPayloads[Type]) => unknown,
  ): this {
    if (type !== "Error" && !eventTypes.some((known) => known === type))
      throw new StreamingError(
        "invalid-options",
        `${JSON.stringify(type)} is no event. Use one of ${eventTypes.join(", ")}, or Error.`,
      );
    this.#handlers.set(type, [...(this.#handlers.get(type) ?? []), handler]);
    return this;
  }

  /**
   * Connects, and resolves with Begin. `params` add to the constructor's options, and win over them.
   *
   * Rejects with the failure, which `on("Error")` gets too; with `wrong-state` on any second call.
   */
  async connect(params: ConnectOptions = {}): Promise<BeginEvent> {
    if (this.#used)
      throw new StreamingError("wrong-state", "This client has been connected before. Create a new StreamingClient.");
    this.#used = true;
    try {
      const options = { ...this.#options, ...params };
      this.#session = this.#parts.connect({ ...options, reconnect: options.reconnect ?? false });
    } catch (error) {
      if (error instanceof StreamingError) await this.#dispatch("Error", error);
      throw error;
    }
    this.#writer = this.#session.audio.getWriter();
    // The session tells of its failures through its events.
    this.#writer.closed.catch(() => {});
    this.#writer.ready.catch(() => {});
    this.#dispatched = this.#dispatchAll(this.#session);
    try {
      return await this.#session.opened;
    } catch (error) {
      await this.#dispatched;
      throw error;
    }
  }

  /** Sends audio; resolves when it was taken. Bytes, or anything that yields them. After the end of the session it does nothing. */
  async stream(data: AudioSource): Promise<void> {
    const { writer } = this.#connected("stream");
    for await (const chunk of this.#untilEnded(chunksOf(data))) {
      if (this.#ended) return;
      await this.#unlessEnded(async () => {
        await writer.ready;
        writer.write(chunk).catch(() => {});
        await writer.ready;
      });
    }
  }

  /** Changes parameters of the running session. */
  async setParams(params: SessionConfiguration & DeprecatedParameters): Promise<void> {
    const { session } = this.#connected("setParams");
    await this.#unlessEnded(() => session.updateConfiguration(params));
  }

  /** Ends the turn here. */
  async forceEndpoint(): Promise<void> {
    const { session } = this.#connected("forceEndpoint");
    await this.#unlessEnded(() => session.forceEndpoint());
  }

  /** Resets the service's inactivity timer. */
  async keepAlive(): Promise<void> {
    const { session } = this.#connected("keepAlive");
    await this.#unlessEnded(() => session.keepAlive());
  }

  /**
   * Ends the session. With `terminate` everything written is transcribed first, and the promise waits for Termination and
   * for the handlers of all that came before; without, it ends at once. Never rejects: failures reach `on("Error")`.
   */
  async disconnect({ terminate = false }: { terminate?: boolean } = {}): Promise<void> {
    const session = this.#session;
    if (!session) return;
    const insideHandler = this.#parts.context.inside;
    if (terminate) await session.close().catch(() => {});
    else {
      this.#abandoned = true;
      session.abort();
    }
    // A handler that waits for itself would wait for ever.
    if (!insideHandler) await this.#dispatched;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.disconnect({ terminate: true });
  }

  get #ended(): boolean {
    return this.#session?.state === "closed" || this.#session?.state === "closing";
  }

  #connected(method: string): { session: StreamingSession; writer: WritableStreamDefaultWriter<AudioChunk> } {
    if (!this.#session || !this.#writer)
      throw new StreamingError("wrong-state", `The client is not connected. Await connect() before ${method}().`);
    return { session: this.#session, writer: this.#writer };
  }

  /** A source may never yield again; the end of the session must not wait for it. */
  async *#untilEnded(chunks: AsyncGenerator<AudioChunk>): AsyncGenerator<AudioChunk> {
    const over = this.#connected("stream").session.closed.then(
      () => undefined,
      () => undefined,
    );
    try {
      for (;;) {
        const next = await Promise.race([chunks.next(), over]);
        if (!next || next.done) return;
        yield next.value;
      }
    } finally {
      // Not awaited: a generator that waits for its source cannot return before the source does.
      chunks.return(undefined).catch(() => {});
    }
  }

  async #unlessEnded(send: () => Promise<void>): Promise<void> {
    if (this.#ended) return;
    try {
      await send();
    } catch (error) {
      if (!this.#ended) throw error;
    }
  }

  async #dispatchAll(session: StreamingSession): Promise<void> {
    try {
      for await (const event of session.events) await this.#dispatch(event.type, event);
    } catch (error) {
      if (error instanceof StreamingError && !(this.#abandoned && error.code === "aborted"))
        await this.#dispatch("Error", error);
    }
  }

  async #dispatch(type: string, payload: StreamingEvent | StreamingError): Promise<void> {
    for (const handler of this.#handlers.get(type) ?? []) {
      try {
        // Handlers are filed under the type of their payload.
        await this.#parts.context.run(() => Reflect.apply(handler, undefined, [this, payload]));
      } catch (error) {
        console.error(`voxpipe: a handler of ${type} threw.`, error);
      }
    }
  }
}

async function* chunksOf(data: AudioSource): AsyncGenerator<AudioChunk> {
  if (isBytes(data)) yield data;
  else if (isObject(data) && Symbol.asyncIterator in data) yield* data;
  else if (isObject(data) && Symbol.iterator in data) yield* data;
  else if (isObject(data) && "getReader" in data) yield* read(data.getReader());
  else
    throw new StreamingError(
      "invalid-audio",
      `stream() takes bytes, an iterable or a stream of bytes, not ${data === null ? "null" : typeof data}.`,
    );
}

/** For streams without an async iterator. */
async function* read(reader: ReadableStreamDefaultReader<AudioChunk>): AsyncGenerator<AudioChunk> {
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
  } finally {
    await reader.cancel().catch(() => {});
    reader.releaseLock();
  }
}

function isBytes(data: unknown): data is AudioChunk {
  return ArrayBuffer.isView(data) || (isObject(data) && "byteLength" in data);
}

function isObject<T>(value: T): value is T & object {
  return typeof value === "object" && value !== null;
}
