import { RelayError } from "../../relay-error.ts";
import { within } from "../../timing/abort.ts";
import { type Connection, duplicate, type RedisClient } from "./client.ts";

/** How long a connection may take to open, and a command to be answered, in ms. */
const patience = 5000;

/**
 * A connection to Redis that is opened when it is needed. One that fails or does not answer is thrown away, with all that
 * waits in it, so that a Redis that hangs costs no memory; the next command opens another.
 */
export class RedisLink {
  readonly #client: RedisClient;
  #opening: Promise<Connection> | undefined;
  #closed = false;

  constructor(client: RedisClient) {
    this.#client = client;
  }

  /** @throws RelayError `store-unavailable`, which may be tried again */
  async send(command: readonly string[]): Promise<unknown> {
    if (this.#closed) throw unavailable("the relay was closed");
    this.#opening ??= this.#connect();
    const opening = this.#opening;
    try {
      const connection = await opening;
      return await within(patience, connection.send(command), () => unavailable(`no answer within ${patience} ms`));
    } catch (error) {
      if (!isRefusal(error)) this.#drop(opening);
      throw error instanceof RelayError ? error : unavailable(messageOf(error), error);
    }
  }

  close(): void {
    this.#closed = true;
    this.#drop(this.#opening);
  }

  async #connect(): Promise<Connection> {
    const connection = duplicate(this.#client);
    try {
      await within(patience, connection.connect(), () => unavailable(`no connection within ${patience} ms`));
      return connection;
    } catch (error) {
      connection.destroy();
      throw error;
    }
  }

  #drop(opening: Promise<Connection> | undefined): void {
    if (this.#opening === opening) this.#opening = undefined;
    opening?.then((connection) => connection.destroy()).catch(() => {});
  }
}

/** Whether Redis has answered, with an error: those begin with a word in capitals. A replica needs another connection. */
function isRefusal(error: unknown): boolean {
  return /^(?!READONLY)[A-Z]{2,} /.test(messageOf(error)) && !(error instanceof RelayError);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function unavailable(reason: string, cause?: unknown): RelayError {
  return new RelayError("store-unavailable", `Redis does not do what the relay asks: ${reason}.`, {
    remedy:
      "The relay tries again. Check that Redis runs, has memory left and lets this user write streams and run scripts.",
    retryable: true,
    cause,
  });
}
