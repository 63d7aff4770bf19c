import type { Clock } from "../async/clock.ts";
import type { Secrets } from "../errors/redact.ts";
import { StreamingError } from "../errors/streaming-error.ts";
import type { Settings } from "../options/options.ts";
import { type Attempt, errorFromCloseCode, errorFromSocketEnd } from "../protocol/close-codes.ts";
import { type MessageReader, sizeOf } from "../protocol/decode.ts";
import type { BeginEvent, ServerEvent, TerminationEvent, UnrecognizedEvent } from "../protocol/messages.ts";
import { origin, sessionUrl } from "../protocol/url.ts";
import { BufferedAmount } from "./buffered-amount.ts";
import { Liveness } from "./liveness.ts";
import type { OpenSocket, Platform, Socket, SocketEnd } from "./socket.ts";
import { place, readGrant, type TokenGrant } from "./token-grant.ts";

/** How long a peer may take over the closing handshake before the connection is ended without it. */
const closeGraceMs = 1000;

export interface ConnectionListener {
  /** What must not be shown. One list for the whole session: an old token may still be live. */
  readonly secrets: Secrets;
  readonly reader: MessageReader;
  begun(link: Connection, begin: BeginEvent): void;
  /** @param bytes About what it occupies. */
  message(link: Connection, event: Exclude<ServerEvent, BeginEvent> | UnrecognizedEvent, bytes: number): void;
  /** Exactly once, and last. No error: the peer closed normally. */
  ended(link: Connection, error: StreamingError | undefined): void;
  /** Something threw that should not have: a fault of voxpipe or of what it was given. */
  broken(error: unknown): void;
}

/**
 * One connection attempt: credentials, URL, socket, Begin, then frames out and messages in, then how it ended. It knows
 * nothing of other attempts, and ends on every path.
 */
export class Connection {
  /** Set by Begin. */
  begin: BeginEvent | undefined;
  /** Set by Termination. */
  termination: TerminationEvent | undefined;
  readonly #listener: ConnectionListener;
  readonly #clock: Clock;
  readonly #openSocket: OpenSocket;
  #host: string;
  #attempt: Attempt;
  readonly #abandoned = new AbortController();
  #socket: Socket | undefined;
  #buffered: BufferedAmount | undefined;
  #liveness: Liveness | undefined;
  #cancelTimer: () => void;
  #closing = false;
  #ended = false;
  #alive: (() => void) | undefined;
  /** An Error message, or a failure found here: what the coming close is the effect of. */
  #failure: StreamingError | undefined;
  #errorText: string | undefined;
  #opened = false;

  constructor(settings: Settings, platform: Platform, clock: Clock, attempt: number, listener: ConnectionListener) {
    this.#listener = listener;
    this.#clock = clock;
    this.#openSocket = platform.openSocket;
    this.#attempt = { byToken: settings.token !== undefined, urlLength: 0 };
    this.#host = origin(settings.apiHost).host;
    this.#cancelTimer = clock.after(settings.connectTimeout, () => {
      const stage = this.#opened ? "Begin" : "connection";
      const message = `No ${stage} from ${this.#host} within ${settings.connectTimeout} ms. Check the network, or raise connectTimeout.`;
      this.#end(new StreamingError("connect-timeout", message, { retryable: true }));
    });
    void this.#connect(settings, platform, attempt);
  }

  get #secrets(): Secrets {
    return this.#listener.secrets;
  }

  get bufferedAmount(): number {
    return this.#buffered?.bytes ?? 0;
  }

  send(data: string | Uint8Array): void {
    if (this.#ended) return;
    this.#liveness?.sent(data.length);
    try {
      this.#socket?.send(data);
    } catch (error) {
      this.#socketClosed({ code: 1006, reason: "", cause: error });
    }
  }

  /** Ends it with a closing handshake. */
  close(): void {
    if (this.#ended || this.#closing) return;
    this.#closing = true;
    this.#alive = undefined;
    this.#liveness?.stop();
    this.#cancelTimer();
    this.#cancelTimer = this.#clock.after(closeGraceMs, () => this.#end(this.#failure));
    if (this.#socket) this.#socket.close(1000, "");
    else this.#end(undefined);
  }

  /** Nothing more will be sent: lets the service finish, and asks whether it lives. */
  terminate(): void {
    this.send('{"type":"Terminate"}');
    this.#liveness?.ask();
  }

  /** Another connection has taken over: lets the service finish here, and ends it when it has. */
  retire(timeoutMs: number): void {
    if (this.#closing) return;
    this.terminate();
    this.#cancelTimer();
    this.#cancelTimer = this.#clock.after(timeoutMs, () => this.close());
  }

  /**
   * Calls back at the next sign of life after `terminate`, unless the peer is found dead first. Returns false if there is
   * nothing to wait for: there was one already, or this peer's silence means nothing.
   */
  onceAlive(callback: () => void): boolean {
    if (!this.#liveness?.unanswered) return false;
    this.#alive = callback;
    return true;
  }

  /** Ends it at once. */
  destroy(error?: StreamingError): void {
    this.#end(error);
  }

  async #connect(settings: Settings, platform: Platform, attempt: number): Promise<void> {
    try {
      // Whoever makes this link must hold it before it can end: a platform may fail while it opens the socket.
      await Promise.resolve();
      const { token, apiKey } = settings;
      const grant = token === undefined ? undefined : await this.#grant(token, attempt);
      if (this.#ended) return;
      const url = sessionUrl(hostOf(settings, grant), settings.parameters, settings.extraParams);
      this.#host = url.host;
      if (!platform.sendsPings && settings.parameters.sessionHeartbeat === undefined)
        url.searchParams.set("session_heartbeat", "true");
      if (grant) url.searchParams.set("token", grant.token);
      this.#attempt = { ...this.#attempt, urlLength: url.href.length };
      this.#socket = this.#openSocket(url.href, apiKey, {
        opened: () => {
          this.#opened = true;
        },
        message: (text) => this.#guarded(() => this.#received(text)),
        alive: () =>
          this.#guarded(() => {
            this.#liveness?.heard(true);
            this.#lives();
          }),
        closed: (end) => this.#guarded(() => this.#socketClosed(end)),
      });
      if (this.#ended) this.#socket.destroy();
    } catch (error) {
      this.#end(
        error instanceof StreamingError
          ? error
          : errorFromSocketEnd({ code: 1006, reason: "", cause: this.#secrets.redactCause(error) }, false, this.#host),
      );
    }
  }

  async #grant(token: NonNullable<Settings["token"]>, attempt: number): Promise<TokenGrant> {
    if (typeof token === "string") return { token };
    try {
      const grant = readGrant(await token({ attempt, signal: this.#abandoned.signal }));
      this.#secrets.add(grant.token);
      return grant;
    } catch (error) {
      if (isReadable(error)) throw this.#secrets.redactError(error);
      const cause = this.#secrets.redactCause(error);
      throw new StreamingError(
        "token-failed",
        `No token: ${cause?.message}. Check the token provider and the server behind it.`,
        { retryable: true, cause },
      );
    }
  }

  /** What throws in a socket's listener would end Node. */
  #guarded(handle: () => void): void {
    try {
      handle();
    } catch (error) {
      this.#listener.broken(error);
    }
  }

  #received(text: string): void {
    if (this.#ended || this.#failure) return;
    const message = this.#listener.reader.read(text);
    this.#liveness?.heard(message.type === "Heartbeat");
    if (!this.begin && message.type === "Termination") return this.#fail(1000, "Termination instead of Begin");
    switch (message.type) {
      case "Error":
        this.#fail(message.code ?? 0, this.#secrets.redact(message.text));
        break;
      case "Begin":
        if (this.begin) return;
        this.begin = message;
        this.#cancelTimer();
        if (this.#socket) {
          this.#buffered = new BufferedAmount(this.#socket);
          this.#liveness = new Liveness(this.#clock, this.#socket, this.#buffered, (why) => this.#stalled(why));
        }
        this.#listener.begun(this, message);
        break;
      case "UnusableBegin":
        if (!this.begin) this.#beginUnusable(message.reason);
        break;
      case "Termination":
        // A connection ends once.
        if (this.termination) return;
        this.termination = message;
        this.#listener.message(this, message, sizeOf(text));
        break;
      default:
        this.#listener.message(this, message, sizeOf(text));
    }
    this.#lives();
  }

  /** Last, since what the peer said may be what is waited for. */
  #lives(): void {
    const alive = this.#alive;
    this.#alive = undefined;
    alive?.();
  }

  #beginUnusable(reason: string): void {
    const message = `${this.#host} sent a Begin that cannot be used: ${reason}. Check apiHost, or update voxpipe.`;
    this.#end(new StreamingError("server-error", message));
  }

  #stalled(why: string): void {
    const message = `The connection to ${this.#host} is dead: ${why}. Check the network between here and the service.`;
    this.#end(new StreamingError("connection-stalled", message, { retryable: true, sessionId: this.begin?.id }));
  }

  /** The service said why it ends the connection; its close may come, or not. */
  #fail(code: number, text: string): void {
    this.#failure = errorFromCloseCode(code, text, this.begin?.id, this.#attempt);
    // Without a code of its own, it has that of the close.
    if (code === 0) this.#errorText = text;
    this.close();
  }

  #socketClosed(end: SocketEnd): void {
    if (this.#errorText !== undefined && end.code > 1006)
      this.#failure = errorFromCloseCode(end.code, this.#errorText, this.begin?.id, this.#attempt);
    if (this.#failure || this.termination || (end.code === 1000 && this.begin)) return this.#end(this.#failure);
    const safe = {
      ...end,
      reason: this.#secrets.redact(end.reason),
      cause: this.#secrets.redactCause(end.cause),
      ...(end.body !== undefined && { body: this.#secrets.redact(end.body) }),
    };
    this.#end(errorFromSocketEnd(safe, this.#opened, this.#host, this.begin?.id, this.#attempt));
  }

  #end(error: StreamingError | undefined): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#cancelTimer();
    this.#liveness?.stop();
    this.#abandoned.abort();
    this.#alive = undefined;
    try {
      this.#socket?.destroy();
    } finally {
      this.#listener.ended(this, error);
    }
  }
}

/** A proxy or a getter in an error that a caller's function threw may throw itself. */
function isReadable(error: unknown): error is StreamingError {
  try {
    if (!(error instanceof StreamingError)) return false;
    return [error.code, error.message, error.stack, error.retryable, error.retryAfterSeconds, error.cause].length > 0;
  } catch {
    return false;
  }
}

/** The page's own `apiHost` counts more than the one that comes with a token, and a difference is reported. */
function hostOf({ apiHost, apiHostGiven, warnOnce }: Settings, grant: TokenGrant | undefined): string {
  if (grant?.apiHost === undefined) return apiHost;
  if (!apiHostGiven) return grant.apiHost;
  if (place(apiHost) !== place(grant.apiHost))
    warnOnce(
      "apiHost",
      `apiHost is ${place(apiHost)}, but the token is for ${place(grant.apiHost)}, and may be refused. Leave apiHost out here, or set the same on the server.`,
    );
  return apiHost;
}
