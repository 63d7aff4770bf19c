import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import { Connection } from "./connection.ts";
import { Credentials } from "./credentials.ts";
import { listenError } from "./emulator-error.ts";
import { FaultPlan } from "./fault-plan.ts";
import { failHandshake, refuseUpgrade } from "./handshake-faults.ts";
import { type EmulatorEvent, type ObservedSession, Observer } from "./observation.ts";
import { Session } from "./session.ts";
import { type EmulatorOptions, type Settings, settingsFrom } from "./settings.ts";
import { answerTokenRequest } from "./token-endpoint.ts";

/** The service's limit of a message, in bytes; above it the connection is closed with 1009. */
const largestMessage = 128 * 1_024;

/** A running server. */
export interface Emulator extends AsyncDisposable {
  /** What clients take as `apiHost`: `ws://127.0.0.1:PORT`. */
  readonly url: string;
  readonly port: number;
  /** Every session so far, in the order in which they were asked for; refused ones too. */
  readonly sessions: readonly ObservedSession[];
  /** What happens from now on. Leaving the loop unsubscribes; `close` ends it. */
  events(): AsyncIterableIterator<EmulatorEvent>;
  /** Ends every connection and frees everything. Can be called again. */
  close(): Promise<void>;
}

/**
 * Starts a Streaming v3 server in this process: WebSocket sessions at `/v3/ws`, tokens at `/v3/token`.
 *
 * ```ts
 * await using emulator = await startEmulator();
 * const session = connect({ apiHost: emulator.url, apiKey: "test", sampleRate: 16_000 });
 * ```
 *
 * @throws EmulatorError `port-in-use`, `cannot-listen` or `invalid-options`
 */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const server = new EmulatorServer(settingsFrom(options));
  await server.listen();
  return server;
}

class EmulatorServer implements Emulator {
  readonly #settings: Settings;
  readonly #observer: Observer;
  readonly #credentials: Credentials;
  readonly #faults: FaultPlan;
  readonly #http = createServer((request, response) => this.#answer(request, response));
  readonly #webSockets = new WebSocketServer({
    noServer: true,
    maxPayload: largestMessage,
    autoPong: false,
    perMessageDeflate: false,
    clientTracking: false,
  });
  readonly #upgraded = new Set<Duplex>();
  #closing: Promise<void> | undefined;

  constructor(settings: Settings) {
    this.#settings = settings;
    this.#observer = new Observer(settings.clock, settings.record, settings.history);
    this.#credentials = new Credentials(settings, settings.clock);
    this.#faults = new FaultPlan(settings.faults);
    this.#http.on("upgrade", (request, socket, head) => this.#upgrade(request, socket, head));
    this.#http.on("clientError", (_error, socket) => socket.destroy());
  }

  get port(): number {
    return addressOf(this.#http.address()).port;
  }

  get url(): string {
    const { address, family } = addressOf(this.#http.address());
    return `ws://${family === "IPv6" ? `[${address}]` : address}:${this.port}`;
  }

  get sessions(): readonly ObservedSession[] {
    return this.#observer.sessions;
  }

  events(): AsyncIterableIterator<EmulatorEvent> {
    return this.#observer.events.subscribe();
  }

  listen(): Promise<void> {
    const { port, host } = this.#settings;
    return new Promise((resolve, reject) => {
      const refused = (error: NodeJS.ErrnoException) => reject(listenError(error, host, port));
      this.#http.once("error", refused);
      this.#http.listen(port, host, () => {
        this.#http.off("error", refused);
        resolve();
      });
    });
  }

  close(): Promise<void> {
    this.#closing ??= this.#shutDown();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #shutDown(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#http.close(() => resolve()));
    this.#http.closeAllConnections();
    for (const socket of this.#upgraded) socket.destroy();
    await closed;
    await Promise.all(this.#observer.sessions.map(({ ended }) => ended));
    await this.#settings.engine.close?.();
    this.#observer.events.close();
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { pathname, searchParams } = targetOf(request);
    if (pathname === "/v3/token" && request.method === "GET") {
      const { authorization } = request.headers;
      const { status, body } = answerTokenRequest(
        searchParams,
        authorization,
        this.#credentials,
        this.#settings.tokenErrors,
      );
      this.#observer.events.send({ type: "token", status });
      response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
      response.end(JSON.stringify(body));
      return;
    }
    const status = pathname === "/v3/ws" ? 426 : pathname === "/v3/token" ? 405 : 404;
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify({ error: `Nothing here answers ${request.method} ${pathname}.` }));
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#upgraded.add(socket);
    socket.on("close", () => this.#upgraded.delete(socket));
    socket.on("error", () => socket.destroy());
    const { pathname, searchParams } = targetOf(request);
    if (pathname !== "/v3/ws") {
      refuseUpgrade(socket, pathname === "/v2/realtime/ws" ? 410 : 404);
      return;
    }
    const { url = "/", headers } = request;
    const record = this.#observer.connected({ url, query: searchParams, headers });
    const faults = this.#faults.watch(record);
    // Where HTTP 101 is never sent, the socket's end is the session's.
    const refused = () => record.end(0, "");
    socket.on("close", refused);
    const proceed = () =>
      this.#webSockets.handleUpgrade(request, socket, head, (ws) => {
        socket.off("close", refused);
        const context = { settings: this.#settings, credentials: this.#credentials, record, faults };
        void new Session(new Connection(ws, socket, this.#settings.clock), context).open();
      });
    const actions = faults.handshake();
    for (const action of actions) record.fault(action);
    failHandshake(actions, socket, this.#settings.clock, proceed);
  }
}

function targetOf(request: IncomingMessage): URL {
  return new URL(request.url ?? "/", "http://emulator");
}

function addressOf(address: AddressInfo | string | null): AddressInfo {
  if (address === null || typeof address === "string") throw new Error("The emulator is not listening.");
  return address;
}
