import { type ControlMessage, type Receipt, SendQueue } from "../audio/send-queue.ts";
import type { Connection } from "../connection/connection.ts";
import { refusalError, unusableBeginError } from "../connection/connection-errors.ts";
import type { SocketEnd } from "../connection/socket.ts";
import { Secrets } from "../errors/redact.ts";
import { StreamingError } from "../errors/streaming-error.ts";
import { errorFromSocketEnd } from "../protocol/close-codes.ts";
import { MessageReader } from "../protocol/decode.ts";
import type { BeginEvent, ServerEvent, StreamingEvent } from "../protocol/messages.ts";
import { Connections, type Effect } from "./connections.ts";
import { Ending } from "./ending.ts";
import { GatewayWatch } from "./gateway-watch.ts";
import { LatencyMeter } from "./latency-meter.ts";
import { Reconnection } from "./reconnection.ts";
import { abortedError, endedError, internalError } from "./session-errors.ts";
import type { SessionParts } from "./session-parts.ts";
import { Stages } from "./stages.ts";
import { SessionRecord, type SessionStats, type SessionSummary } from "./summary-and-stats.ts";
import { Timeline } from "./timeline.ts";

export type SessionState = "connecting" | "open" | "reconnecting" | "closing" | "closed";

const never = Number.POSITIVE_INFINITY;

/**
 * Decides everything about one session, and does nothing: inputs come with their time, effects wait to be taken, and `due` is
 * when to call `timeout`. No socket, timer, promise or stream controller. What follows what is in `stages.ts`.
 */
export class Session {
  /** What must not be shown. One list for the whole session: an old token may still be live. */
  readonly secrets: Secrets;
  readonly record = new SessionRecord();
  readonly #parts: SessionParts;
  readonly #reader: MessageReader;
  readonly #queue: SendQueue;
  readonly #timeline = new Timeline();
  readonly #latency: LatencyMeter;
  readonly #gateway: GatewayWatch | undefined;
  readonly #reconnection: Reconnection;
  readonly #connections: Connections;
  readonly #ending: Ending;
  readonly #stages: Stages;
  #showsHeartbeats: boolean;
  /** Made once: every audio message asks. */
  readonly #buffered = () => (this.current ? this.#parts.sockets.buffered(this.current) : 0);

  constructor(parts: SessionParts) {
    const { settings, sendsPings, source, replayBuffer, random } = parts;
    this.#parts = parts;
    this.secrets = new Secrets(settings.secrets);
    this.#reader = new MessageReader(this.secrets, settings.warnOnce);
    this.#latency = parts.latency ?? new LatencyMeter();
    this.#gateway = settings.parameters.llmGateway === undefined ? undefined : new GatewayWatch(settings.warnOnce);
    this.#showsHeartbeats = sendsPings || settings.parameters.sessionHeartbeat === true;
    this.#queue = new SendQueue(source, replayBuffer, settings.pace, {
      taken: (endMs) => this.#latency.written(endMs, source.writtenAt),
      sent: (audio, sentMs, now) => {
        this.current?.timeline?.sent(audio.durationMs, audio.paddingMs);
        // The last packets of compressed audio get their length only now.
        this.#latency.written(sentMs, source.writtenAt);
        this.#latency.sent(sentMs, now);
      },
    });
    this.#reconnection = new Reconnection(settings, random);
    this.#connections = new Connections(parts);
    this.#ending = new Ending(settings, this.#queue, this.#timeline, this.record);
    this.#stages = new Stages({
      ...parts,
      connections: this.#connections,
      queue: this.#queue,
      timeline: this.#timeline,
      reconnection: this.#reconnection,
      ending: this.#ending,
      record: this.record,
    });
  }

  // What it is.

  get state(): SessionState {
    if (this.outcome) return "closed";
    if (this.#queue.endBytes !== never) return "closing";
    if (this.current?.begin) return "open";
    return this.record.begin ? "reconnecting" : "connecting";
  }

  /** How the session ended. Once set, nothing changes any more. */
  get outcome(): { readonly error: StreamingError | undefined } | undefined {
    return this.#ending.outcome;
  }

  get connections(): readonly Connection[] {
    return this.#connections.all;
  }

  /** The connection that carries the audio, or will. */
  get current(): Connection | undefined {
    return this.#connections.current;
  }

  /** The next attempt waits for a network: `networkChanged` has to be called. */
  get waitsForNetwork(): boolean {
    return this.#reconnection.waitsForNetwork;
  }

  /** When to call `timeout`. */
  get due(): number {
    const ready = this.current?.stage === "open" ? this.#queue.readyAt : never;
    return Math.min(ready, this.#reconnection.retryAt, this.#connections.due);
  }

  get stats(): SessionStats {
    const { record } = this;
    return {
      audioSentMs: this.#queue.reachedMs,
      audioBufferedMs: this.#queue.waitingMs + this.#ending.untakenMs,
      audioReplayedMs: this.#queue.replayedMs,
      audioLostMs: record.lostMs,
      reconnects: record.reconnects,
      eventsDropped: record.eventsDropped,
      firstPartialLatencyMs: this.#latency.firstPartialMs,
      endOfTurnLatencyMs: this.#latency.endOfTurnMs,
    };
  }

  get summary(): SessionSummary {
    return this.record.summary;
  }

  /** The next thing to do, and undefined if there is none. Audio is pulled: it leaves as the socket and the pace allow. */
  poll(now: number): Effect | undefined {
    const effect = this.#connections.nextEffect();
    if (effect) return effect;
    const { current } = this;
    if (current?.stage !== "open") return undefined;
    const data = this.#queue.next(now, this.#buffered);
    if (data === undefined) return undefined;
    if (data === "finished") {
      this.#parts.source.end(endedError());
      this.#stages.terminate(current, now);
    } else this.#connections.send(current, data);
    return this.#connections.nextEffect();
  }

  // What the caller does.

  start(now: number): void {
    this.#stages.connect(now);
  }

  /** Puts a message behind all audio written so far. */
  control(message: ControlMessage, receipt: Receipt): void {
    if (this.state === "closed" || this.state === "closing") return receipt.reject(endedError());
    if (this.#parts.sendsPings || message.type !== "UpdateConfiguration") return this.#queue.control(message, receipt);
    // Without pings the heartbeats stay on: they are only shown, or not.
    const { session_heartbeat: wanted, ...rest } = message;
    if (typeof wanted === "boolean") this.#showsHeartbeats = wanted;
    this.#queue.control(wanted === false ? rest : message, receipt);
  }

  /** The audio ends with the first `endBytes` that were written. Once they are transcribed, the session ends. */
  finish(endBytes: number): void {
    if (this.outcome) return;
    this.#queue.endBytes = Math.min(this.#queue.endBytes, endBytes);
    this.#stages.dropSpare();
    if (endBytes === 0 && !this.record.begin) this.#stages.end();
    else if (this.waitsForNetwork) this.#stages.endOffline();
  }

  /** The audio source failed. `finish` follows. */
  sourceFailed(error: StreamingError): void {
    this.#ending.sourceFailed(error, this.secrets);
  }

  abort(reason: unknown): void {
    this.#stages.abort(abortedError(reason, this.secrets, this.record.sessionId));
  }

  /** The session cannot continue: nobody reads its events, for one. */
  fail(error: StreamingError): void {
    this.#stages.abort(error);
  }

  /** Something threw that should not have: a fault of voxpipe or of what it was given. */
  broken(error: unknown): void {
    this.#stages.abort(internalError(this.secrets.redactCause(error), this.record.sessionId));
  }

  /** The reader took an event. */
  read(event: StreamingEvent, now: number): void {
    this.#latency.read(event, now);
  }

  // What happens outside.

  /** A socket is being opened. */
  dialing(connection: Connection, host: string, urlLength: number): void {
    connection.host = host;
    connection.request = { ...connection.request, urlLength };
  }

  /** The WebSocket handshake has succeeded. */
  handshaken(connection: Connection): void {
    connection.handshaken = true;
  }

  message(connection: Connection, text: string, now: number): void {
    if (!this.#connections.has(connection) || connection.refusal) return;
    const message = this.#reader.read(text);
    if (message.type === "Heartbeat") connection.liveness?.alive(now);
    else connection.liveness?.heard(now);
    switch (message.type) {
      case "Error":
        this.#stages.refused(connection, message.code ?? 0, this.secrets.redact(message.text), now);
        break;
      case "Begin":
        if (!connection.begin) this.#stages.begun(connection, message, now);
        break;
      case "UnusableBegin":
        if (!connection.begin) this.#stages.gone(connection, unusableBeginError(connection, message.reason), now);
        break;
      case "Termination":
        if (!connection.begin) return this.#stages.refused(connection, 1000, "Termination instead of Begin", now);
        // A connection ends once.
        if (connection.termination) break;
        this.#gateway?.saw(message);
        this.#stages.terminated(connection, message, text, now);
        break;
      case "Unrecognized":
      case "Warning":
        // From any connection, also from a spare one.
        this.#parts.events.push(message, text);
        break;
      default:
        this.#heard(connection, message, text, now);
    }
    this.#stages.endOverdueWait(connection);
  }

  /** The peer answered a ping. */
  pong(connection: Connection, now: number): void {
    connection.liveness?.pong(now);
    if (this.#connections.has(connection)) this.#stages.endOverdueWait(connection);
  }

  /** The socket is closed. */
  closed(connection: Connection, end: SocketEnd, now: number): void {
    const { begin, request, host, handshaken } = connection;
    const refused = refusalError(connection, end.code);
    if (refused || connection.termination || (end.code === 1000 && begin))
      return this.#stages.gone(connection, refused, now);
    const safe = {
      ...end,
      reason: this.secrets.redact(end.reason),
      cause: this.secrets.redactCause(end.cause),
      ...(end.body !== undefined && { body: this.secrets.redact(end.body) }),
    };
    this.#stages.gone(connection, errorFromSocketEnd(safe, handshaken, host, begin?.id, request), now);
  }

  /** The connection could not be opened. */
  failed(connection: Connection, error: unknown, now: number): void {
    if (error instanceof StreamingError) this.#stages.gone(connection, error, now);
    else this.closed(connection, { code: 1006, reason: "", cause: error }, now);
  }

  networkChanged(now: number): void {
    if (this.waitsForNetwork && !this.#parts.offline()) this.#stages.connect(now);
  }

  /** Time has passed. */
  timeout(now: number): void {
    if (this.#reconnection.retryAt <= now) this.#stages.connect(now);
    for (const connection of this.#connections.all) {
      if (this.#connections.has(connection) && connection.late(now)) this.#stages.late(connection, now);
      if (this.#connections.has(connection) && connection.checkAt <= now) this.#stages.check(connection, now);
    }
  }

  #heard(connection: Connection, event: Exclude<ServerEvent, BeginEvent>, text: string, now: number): void {
    if (event.type === "Heartbeat" && !this.#showsHeartbeats) return;
    const admission = connection.timeline?.admit(event);
    this.#stages.progressed(connection, now);
    if (!admission) return;
    if (event.type === "Turn") this.#latency.turn(event, now);
    // An empty final, which some models send after every Terminate, is no progress.
    if (admission === "settled") {
      this.#reconnection.retries.progressed();
      this.#ending.settled();
      const { firstPartialMs, endOfTurnMs } = this.#latency;
      this.#parts.trace({ type: "turn", firstPartialMs, endOfTurnMs });
    }
    if (admission !== "news") this.#queue.settled(this.#timeline.settledMs, this.#timeline.lastWord);
    this.#gateway?.saw(event);
    this.#parts.events.push(event, text);
    this.#stages.turnEnded(now);
  }
}
