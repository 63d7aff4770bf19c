import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import { Connection } from "./connection/connection.ts";
import { EmulatorError } from "./emulator-error.ts";
import { useEngine } from "./engines/engine-users.ts";
import type { Fault, SessionAction } from "./faults/fault.ts";
import { FaultPlan, type FaultWatch } from "./faults/fault-plan.ts";
import { checkAction, checkFaults } from "./faults/fault-schema.ts";
import { failHandshake, refuseUpgrade } from "./faults/handshake-faults.ts";
import { AllowedHosts } from "./http/allowed-hosts.ts";
import { type Certificate, makeCertificate } from "./http/certificate.ts";
import { Credentials, type Grant } from "./http/credentials.ts";
import { answerHttp, type HttpContext, readTarget } from "./http/http-endpoints.ts";
import { Listener } from "./http/listener.ts";
import { asksForWebSocket, serveWithoutUpgrade } from "./http/plain-http.ts";
import type { EmulatorEvent } from "./observation/emulator-event.ts";
import type { ObservedSession } from "./observation/observed-session.ts";
import { Observer } from "./observation/observer.ts";
import type { SessionRecord } from "./observation/session-record.ts";
import { LiveLatency, noLatency } from "./session/latency.ts";
import { Session } from "./session/session.ts";
import { OpenSessions } from "./session/session-limit.ts";
import { type EmulatorOptions, type Settings, settingsFrom } from "./settings.ts";

/** The service's limit for a message, in bytes; longer ones close the connection with 1009. */
const largestMessage = 128 * 1_024;

/** The most faults of all sessions together. */
const mostFaults = 1_000;

/** A running server. */
export interface Emulator extends AsyncDisposable {
  /** The client's `apiHost`: `ws://127.0.0.1:PORT`, or `wss://…` with `tls`. */
  readonly url: string;
  readonly port: number;
  /** The certificate of `tls`, PEM: the client's `ca`. */
  readonly certificate: string | undefined;
  /** All sessions so far, in the order of their requests; including refused ones. */
  readonly sessions: readonly ObservedSession[];
  /** What the service would bill for all sessions so far: the sum of their `billedSeconds`. */
  readonly billedSeconds: number;
  /** Events from now on. Leaving the loop unsubscribes; `close` ends it. */
  events(): AsyncIterableIterator<EmulatorEvent>;
  /** Faults of future sessions; `addFaults` and `clearFaults` change them. */
  readonly faults: readonly Fault[];
  /**
   * Adds faults for future sessions.
   * @throws EmulatorError `invalid-options`
   */
  addFaults(faults: readonly Fault[]): void;
  /** Removes all faults for future sessions. */
  clearFaults(): void;
  /** Applies a fault to an open session now. Returns whether the session was open. */
  misbehave(session: number, action: SessionAction): boolean;
  /** Ends every connection and releases everything. May be called again. */
  close(): Promise<void>;
}

/**
 * Starts a Streaming v3 server in this process: WebSocket sessions at `/v3/ws`, tokens at `/v3/token`.
 *
 * @example
 * await using emulator = await startEmulator();
 * const session = connect({ apiHost: emulator.url, apiKey: "test", sampleRate: 16_000 });
 *
 * @throws EmulatorError `port-in-use`, `cannot-listen` or `invalid-options`
 */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const settings = settingsFrom(options);
  const server = new EmulatorServer(settings, await certificateOf(settings));
  await server.listen();
  return server;
}

async function certificateOf({ tls, host }: Settings): Promise<Certificate | undefined> {
  if (tls === false) return undefined;
  if (tls === true) return makeCertificate([host]);
  return "names" in tls ? makeCertificate([host, ...tls.names]) : tls;
}

class EmulatorServer implements Emulator {
  readonly certificate: string | undefined;
  readonly #settings: Settings;
  readonly #observer: Observer;
  readonly #credentials: Credentials;
  readonly #openSessions: OpenSessions;
  readonly #faults: FaultPlan;
  readonly #hosts: AllowedHosts;
  readonly #listener: Listener;
  readonly #webSockets = new WebSocketServer({
    noServer: true,
    maxPayload: largestMessage,
    autoPong: false,
    perMessageDeflate: false,
    clientTracking: false,
    // The service uses no subprotocol, even if one is offered.
    handleProtocols: () => false,
  });
  readonly #upgraded = new Set<Duplex>();
  readonly #running = new Map<number, Session>();
  #leaveEngine = async (): Promise<void> => {};
  #closing: Promise<void> | undefined;

  constructor(settings: Settings, certificate: Certificate | undefined) {
    const { clock, tokenErrors } = settings;
    this.certificate = certificate?.cert;
    this.#settings = settings;
    this.#observer = new Observer(clock, settings.record, settings.history);
    this.#credentials = new Credentials(settings, clock);
    this.#openSessions = new OpenSessions(settings.sessionLimit, clock);
    this.#faults = new FaultPlan(settings.faults);
    const { host, allowedHosts } = settings;
    this.#hosts = new AllowedHosts({ host, allowedHosts, certificate: certificate?.cert });
    const controls = settings.control ? this : undefined;
    const parts = { credentials: this.#credentials, faults: this.#faults, observer: this.#observer };
    const latency = settings.latency === "live" ? new LiveLatency(~settings.seed) : noLatency;
    const context = { ...parts, clock, tokenErrors, controls, latency, hosts: this.#hosts };
    this.#listener = new Listener(certificate, (server) => this.#serve(server, context));
  }

  get port(): number {
    return this.#listener.address.port;
  }

  get url(): string {
    const { address, family, port } = this.#listener.address;
    const scheme = this.certificate === undefined ? "ws" : "wss";
    const reachable = { "0.0.0.0": "127.0.0.1", "::": "::1" }[address] ?? address;
    return `${scheme}://${family === "IPv6" ? `[${reachable}]` : reachable}:${port}`;
  }

  get sessions(): readonly ObservedSession[] {
    return this.#observer.sessions;
  }

  get billedSeconds(): number {
    return this.#observer.billedSeconds;
  }

  events(): AsyncIterableIterator<EmulatorEvent> {
    return this.#observer.events.subscribe();
  }

  get faults(): readonly Fault[] {
    return this.#faults.faults;
  }

  addFaults(faults: readonly Fault[]): void {
    const added = checkFaults(faults);
    if (this.#faults.faults.length + added.length > mostFaults)
      throw new EmulatorError("invalid-options", `There are more than ${mostFaults} faults. Clear them first.`);
    this.#faults.add(added);
  }

  clearFaults(): void {
    this.#faults.clear();
  }

  misbehave(session: number, action: SessionAction): boolean {
    return this.#running.get(session)?.misbehave(checkAction(action)) ?? false;
  }

  async listen(): Promise<void> {
    await this.#listener.listen(this.#settings.host, this.#settings.port);
    this.#leaveEngine = useEngine(this.#settings.engine);
  }

  close(): Promise<void> {
    this.#closing ??= this.#shutDown();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #shutDown(): Promise<void> {
    const closed = this.#listener.close();
    for (const socket of this.#upgraded) socket.destroy();
    await closed;
    await Promise.all(this.#observer.sessions.map(({ ended }) => ended));
    this.#observer.events.close();
    await this.#leaveEngine();
  }

  #serve(server: Server, context: HttpContext): void {
    server.on("request", (request, response) => answerHttp(request, response, context));
    server.on("upgrade", (request, socket, head) => {
      if (asksForWebSocket(request)) this.#upgrade(request, socket, head);
      else serveWithoutUpgrade(server, request, socket, head);
    });
    server.on("clientError", (_error, socket) => {
      if (socket.writable) refuseUpgrade(socket, 400);
      else socket.destroy();
    });
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#upgraded.add(socket);
    socket.on("close", () => this.#upgraded.delete(socket));
    socket.on("error", () => socket.destroy());
    const stranger = this.#hosts.refusal(request);
    if (stranger !== undefined) return refuseUpgrade(socket, 403, stranger);
    const target = readTarget(request);
    if (target instanceof EmulatorError) return refuseUpgrade(socket, 400, target.message);
    const { path, query } = target;
    if (path !== "/v3/ws") return refuseUpgrade(socket, path === "/v2/realtime/ws" ? 410 : 404);
    const { url = "/", headers } = request;
    const record = this.#observer.connected({ url, query, headers });
    const faults = this.#faults.watch(record, target.faults);
    // Without HTTP 101, the socket's end is the session's.
    const refused = () => record.end(0, "");
    socket.on("close", refused);
    const proceed = () => {
      const grant = this.#grantBeforeUpgrade(record, faults);
      if (grant === "refused") return refuseUpgrade(socket, 401);
      this.#webSockets.handleUpgrade(request, socket, head, (ws) => {
        socket.off("close", refused);
        const shared = { settings: this.#settings, credentials: this.#credentials, openSessions: this.#openSessions };
        const connection = new Connection(ws, socket, this.#settings.clock);
        const session = new Session(connection, { ...shared, record, faults, grant });
        this.#running.set(record.index, session);
        void record.ended.then(() => this.#running.delete(record.index));
        void session.open();
      });
    };
    const actions = faults.handshake();
    for (const action of actions) record.fault(action);
    failHandshake(actions, socket, this.#settings.clock, proceed);
  }

  /** If credentials are refused by HTTP status, they are checked here, otherwise by the session. */
  #grantBeforeUpgrade(record: SessionRecord, faults: FaultWatch): Grant | "refused" | undefined {
    if (this.#settings.refusal === "message") return undefined;
    const refusals = faults.tokenRefusals();
    for (const refusal of refusals) record.fault(refusal);
    const { query, headers } = record.handshake;
    try {
      return this.#credentials.redeem(query, headers, refusals.length > 0);
    } catch {
      return "refused";
    }
  }
}
