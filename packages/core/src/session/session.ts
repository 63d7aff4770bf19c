import { type Clock, systemClock } from "../async/clock.ts";
import { Deferred } from "../async/deferred.ts";
import { abortReason, onAbort } from "../async/on-abort.ts";
import { byteRate, pcmFormat } from "../audio/audio-format.ts";
import { AudioSink } from "../audio/audio-sink.ts";
import { createReplayBuffer } from "../audio/create-replay-buffer.ts";
import type { ReplayBuffer } from "../audio/replay-buffer.ts";
import { type ControlMessage, SendQueue } from "../audio/send-queue.ts";
import { Connection, type ConnectionListener } from "../connection/connection.ts";
import { OnlineWait } from "../connection/online-wait.ts";
import { RetryPolicy } from "../connection/retry-policy.ts";
import { safeTrace } from "../connection/safe-trace.ts";
import type { Platform } from "../connection/socket.ts";
import { Secrets } from "../errors/redact.ts";
import { StreamingError } from "../errors/streaming-error.ts";
import type { Settings } from "../options/options.ts";
import { heardAll } from "../protocol/answer.ts";
import { MessageReader } from "../protocol/decode.ts";
import { finite } from "../protocol/finite.ts";
import type {
  BeginEvent,
  ReconnectedEvent,
  ServerEvent,
  TerminationEvent,
  UnrecognizedEvent,
} from "../protocol/messages.ts";
import type { ConnectionTimeline } from "./connection-timeline.ts";
import { EventQueue } from "./event-queue.ts";
import { GatewayWatch } from "./gateway-watch.ts";
import { Handover } from "./handover.ts";
import { LatencyMeter } from "./latency-meter.ts";
import { type LifecycleInput, nextState, type SessionState } from "./lifecycle.ts";
import {
  abortedError,
  earlyEndError,
  endedError,
  offlineError,
  terminationTimeoutError,
  tooSlowError,
} from "./session-errors.ts";
import { type SessionStats, type SessionSummary, summarize } from "./summary-and-stats.ts";
import { TerminationWait } from "./termination-wait.ts";
import { Timeline } from "./timeline.ts";

/** A Termination this close to the end of the service's time may be one that nobody asked for. */
const expiryDoubtMs = 2000;

/**
 * Supervises the connections of one session: first attempt and retries, reconnection, rollover, ending. The only place
 * that holds state across connections; which state follows which stands in `lifecycle.ts`.
 */
export class Session implements ConnectionListener {
  readonly opened = new Deferred<BeginEvent>();
  readonly closed = new Deferred<SessionSummary>();
  readonly events: EventQueue;
  readonly sink: AudioSink;
  state: SessionState = "connecting";
  readonly #settings: Settings;
  readonly #platform: Platform;
  readonly #clock: Clock;
  readonly #timeline = new Timeline();
  readonly #latency = new LatencyMeter();
  readonly #log: ReplayBuffer;
  readonly #queue: SendQueue;
  /** Connections that had Begin, the replaced ones that still wind up included. */
  readonly #timelines = new Map<Connection, ConnectionTimeline>();
  readonly #sessionIds: string[] = [];
  readonly #figures: TerminationEvent[] = [];
  readonly #retired = new Set<Connection>();
  #link: Connection | undefined;
  /** What must not be shown: the keys of the options, and every connection's token. */
  readonly secrets: Secrets;
  readonly reader: MessageReader;
  #rollover: Handover | undefined;
  readonly #retries: RetryPolicy;
  #connections = 0;
  #reconnects = 0;
  #lostMs = 0;
  #eventsDropped = 0;
  /** Terminate was sent on the present connection. */
  #terminating = false;
  /** The service has answered all of the audio; replaced connections may still tell of their turns. */
  #complete = false;
  /** The service ended with something open, and the session went on for it; no final turn has come since. */
  #doubted = false;
  /** The audio source failed: told once what it gave was transcribed. */
  #sourceFailure: StreamingError | undefined;
  #termination: TerminationEvent | undefined;
  readonly #terminationWait: TerminationWait;
  readonly #gateway: GatewayWatch | undefined;
  readonly #online: OnlineWait;
  readonly #trace: NonNullable<Platform["trace"]>;
  #shortLives = 0;
  /** Where the audio ends, in bytes that were written. */
  #endBytes = Number.POSITIVE_INFINITY;
  /** Where sockets cannot ping, the connection asks for heartbeats for its own sake, and keeps them to itself. */
  #tellsHeartbeats: boolean;
  #cancelTimer: () => void = () => {};
  #forgetSignal: () => void = () => {};

  constructor(settings: Settings, platform: Platform) {
    this.#settings = settings;
    this.secrets = new Secrets(settings.secrets);
    this.reader = new MessageReader(this.secrets, settings.warnOnce);
    this.#platform = platform;
    this.#clock = platform.clock ?? systemClock;
    this.#retries = new RetryPolicy(settings, platform.random ?? Math.random);
    this.#tellsHeartbeats = platform.sendsPings || settings.parameters.sessionHeartbeat === true;
    this.#trace = safeTrace(platform.trace, settings.warnOnce);
    this.#gateway = settings.parameters.llmGateway === undefined ? undefined : new GatewayWatch(settings.warnOnce);
    this.#online = new OnlineWait(platform.online);
    this.#terminationWait = new TerminationWait(this.#clock, settings.terminationTimeout, () =>
      this.#terminationLate(),
    );
    this.events = new EventQueue(platform.streams, {
      cancelled: () => {
        // Nobody reads what audio still waiting to be taken would become.
        this.#finishAudio(this.sink.takenBytes);
        return this.closed.promise.then(
          () => {},
          () => {},
        );
      },
      dropped: () => {
        this.#eventsDropped++;
        settings.warnOnce("events", "session.events is read too slowly: old events that are not final are dropped.");
      },
      overflowed: () => this.#end(tooSlowError()),
    });
    this.sink = new AudioSink(platform.streams, settings.encoding, settings.audioBuffer * this.#bytesPerMs, {
      written: () => this.#queue.pump(),
      closed: () => {
        // Counted anew: writes that came after the writer's close were refused, but had been measured.
        this.#finishAudio(this.sink.takenBytes);
        return this.closed.promise.then(() => {});
      },
      failed: (error) => this.#sourceFailed(error),
    });
    this.#log = createReplayBuffer(settings);
    this.#queue = new SendQueue({
      sink: this.sink,
      log: this.#log,
      timeline: this.#timeline,
      latency: this.#latency,
      clock: this.#clock,
      pace: settings.pace,
      finished: () => this.#terminate(),
    });
    const { signal } = settings;
    if (signal?.aborted) this.abort(abortReason(signal));
    else {
      if (signal) this.#forgetSignal = onAbort(signal, () => this.abort(abortReason(signal)));
      this.#connect("This page is offline.");
    }
  }

  control(message: ControlMessage): Promise<void> {
    if (this.state === "closing" || this.state === "closed") return Promise.reject(endedError());
    if (this.#platform.sendsPings || message.type !== "UpdateConfiguration") return this.#queue.control(message);
    // Without pings the heartbeats stay on, and only their telling changes.
    const { session_heartbeat: wanted, ...rest } = message;
    if (typeof wanted === "boolean") this.#tellsHeartbeats = wanted;
    return this.#queue.control(wanted === false ? rest : message);
  }

  close(): Promise<SessionSummary> {
    this.#finishAudio(this.sink.writtenBytes);
    return this.closed.promise;
  }

  abort(reason?: unknown): void {
    this.#end(abortedError(reason, this.secrets, this.#sessionId));
  }

  stats(): SessionStats {
    return {
      audioSentMs: this.#queue.reachedMs,
      audioBufferedMs: this.#log.endMs - this.#log.sentMs + this.#untakenMs,
      audioReplayedMs: this.#queue.replayedMs,
      audioLostMs: this.#lostMs,
      reconnects: this.#reconnects,
      eventsDropped: this.#eventsDropped,
      firstPartialLatencyMs: this.#latency.firstPartialMs,
      endOfTurnLatencyMs: this.#latency.endOfTurnMs,
    };
  }

  begun(link: Connection, begin: BeginEvent): void {
    if (link === this.#rollover?.spare) this.#rollover.begun(begin);
    else this.#takeOver(link, begin, "drop");
  }

  message(link: Connection, event: Exclude<ServerEvent, BeginEvent> | UnrecognizedEvent, bytes: number): void {
    // Whichever connection they come from, and whatever becomes of it.
    if (event.type === "Unrecognized" || event.type === "Warning") return this.events.push(event, bytes);
    if (event.type === "Termination") {
      this.#gateway?.saw(event);
      return this.#terminated(link, event);
    }
    if (event.type === "Heartbeat" && !this.#tellsHeartbeats) return;
    const admitted = this.#timelines.get(link)?.admit(event);
    if (!admitted) return;
    if (event.type === "Turn") {
      this.#latency.turn(event, this.#clock.now());
      // An empty final, which some models send after every Terminate, is no progress.
      if (admitted === "settled") {
        this.#retries.progressed();
        this.#doubted = false;
        const { firstPartialMs, endOfTurnMs } = this.#latency;
        this.#trace({ type: "turn", firstPartialMs, endOfTurnMs });
      }
      if (admitted !== "news") this.#queue.settled();
      if (this.#terminating && !this.#complete && link === this.#link)
        this.#terminationWait.progressed(this.#timelines.get(link)?.readMs ?? 0);
    }
    this.#gateway?.saw(event);
    this.events.push(event, bytes);
    this.#rollover?.boundary();
  }

  ended(link: Connection, error: StreamingError | undefined): void {
    this.#trace({ type: "disconnected", error });
    this.#timelines.delete(link);
    if (this.#retired.delete(link)) return this.#endWhenComplete();
    if (link === this.#rollover?.spare) return this.#rollover.failed();
    if (link !== this.#link) return;
    this.#link = undefined;
    this.#queue.detach();
    this.#rollover?.stop();
    this.#rollover = undefined;
    this.#terminationWait.stop();
    if (this.#complete) this.#endWhenComplete();
    else if (error) this.#dropped(error);
    else this.#endedUnasked(link);
  }

  broken(error: unknown): void {
    const cause = this.secrets.redactCause(error);
    const message = `voxpipe failed while it handled what the connection sent: ${cause?.message}. Please report this.`;
    this.#end(new StreamingError("internal-error", message, { cause, sessionId: this.#sessionIds.at(-1) }));
  }

  /**
   * The peer ended the connection as if all was well, and has not answered all of the audio. With reconnection the session goes
   * on from there; once only if Terminate was sent, unless that brings a new final turn.
   */
  #endedUnasked({ termination }: Connection): void {
    const { reconnect } = this.#settings;
    const asked = this.#terminating;
    if (this.#nothingOpen && (asked || !reconnect)) return this.#endAnswered(termination);
    const error = earlyEndError(
      {
        asked,
        confirmed: termination !== undefined,
        unansweredMs: this.#unansweredMs,
        reconnects: reconnect !== undefined,
      },
      this.#sessionId,
    );
    if (asked && this.#doubted) return this.#fail(error, termination);
    this.#doubted ||= asked;
    this.#dropped(error, termination);
  }

  #endAnswered(termination: TerminationEvent | undefined): void {
    this.#complete = true;
    this.#termination = termination;
    this.#endWhenComplete();
  }

  /** The audio source's own failure is what the caller has to know first. */
  #fail(error: StreamingError, termination?: TerminationEvent): void {
    if (termination) this.events.push(termination);
    this.#end(this.#sourceFailure ?? error);
  }

  /** Connects, once there is a network. */
  #connect(why: string): void {
    const wait = this.#online.start(() => this.#connect(why));
    if (!wait) this.#link = this.#openLink();
    else if (this.state === "closing") this.#endOffline();
    else {
      const attempt = this.#retries.attempt + 1;
      this.events.push({ type: "Reconnecting", attempt, delay_ms: 0, reason: why, waiting_for: "online" });
    }
  }

  /** Nobody waits for a network in order to end. */
  #endOffline(): void {
    if (this.#nothingOpen) return this.#end(this.#sourceFailure);
    this.#fail(offlineError(this.#unansweredMs, this.#sessionId));
  }

  /** Written audio that no final turn covers, in ms. */
  get #unansweredMs(): number {
    return Math.max(0, this.#log.endMs + this.#untakenMs - this.#timeline.settledMs);
  }

  /** Whether final turns cover all that was written. Word times are whole ms. */
  get #nothingOpen(): boolean {
    return !this.#timeline.turnOpen && this.#unansweredMs <= 1;
  }

  /** Audio that waits to be taken, in ms. */
  get #untakenMs(): number {
    const wantedBytes = Math.min(this.sink.writtenBytes, this.#endBytes);
    return Math.max(0, wantedBytes - this.sink.takenBytes) / this.#bytesPerMs;
  }

  get #bytesPerMs(): number {
    return byteRate(this.#settings.encoding, this.#settings.sampleRate) / 1000;
  }

  #openLink(): Connection {
    const attempt = ++this.#connections;
    this.#trace({ type: "connecting", attempt });
    return new Connection(this.#settings, this.#platform, this.#clock, attempt, this);
  }

  #takeOver(link: Connection, begin: BeginEvent, cause: ReconnectedEvent["cause"]): void {
    const first = this.#sessionIds.length === 0;
    this.#sessionIds.push(begin.id);
    this.#retries.begun(this.#clock.now());
    this.#terminating = false;
    this.#move("begun");
    const { timeline, replayedMs, lostMs } = this.#queue.attach(link);
    this.#timelines.set(link, timeline);
    this.#trace({ type: "begun", sessionId: begin.id, replayedMs, lostMs });
    if (first) {
      this.opened.resolve(begin);
      this.events.push(begin);
    } else {
      this.#reconnects++;
      this.#lostMs += lostMs;
      this.events.push({ type: "Reconnected", replayed_ms: replayedMs, lost_ms: lostMs, begin, cause });
    }
    this.#scheduleRollover(begin);
    this.#queue.pump();
  }

  #scheduleRollover(begin: BeginEvent): void {
    this.#rollover?.stop();
    this.#rollover = undefined;
    const lifetimeMs = (finite(begin.expires_at) ?? 0) * 1000 - this.#clock.now();
    if (!this.#settings.reconnect || this.state !== "open" || !(lifetimeMs > 0 && lifetimeMs < 2 ** 31)) return;
    // The shortest the service gives is a minute. If life after life looks shorter, this machine's clock is ahead.
    if (lifetimeMs < 30_000 && ++this.#shortLives > 5) return;
    this.#rollover = new Handover({
      clock: this.#clock,
      lifetimeMs,
      open: () => this.#openLink(),
      atBoundary: () => this.#timeline.atBoundary,
      switchTo: (link, next) => this.#switchTo(link, next),
    });
  }

  #switchTo(link: Connection, begin: BeginEvent): void {
    const old = this.#link;
    this.#link = link;
    this.#takeOver(link, begin, "rollover");
    if (!old) return;
    this.#retired.add(old);
    this.#timelines.get(old)?.retire();
    old.retire(this.#settings.terminationTimeout);
  }

  #terminate(): void {
    this.sink.fail(endedError());
    const link = this.#link;
    if (!link) return;
    this.#terminating = true;
    link.terminate();
    this.#terminationWait.start(this.#timelines.get(link)?.readMs ?? 0, this.#queue.reachedMs);
  }

  /** A peer that is silent may be dead. Its liveness soon knows, and then the session goes on with another connection. */
  #terminationLate(): void {
    const link = this.#link;
    const waits = link?.onceAlive(() => {
      if (link === this.#link && this.#terminationWait.overdue) this.#terminationTimedOut();
    });
    if (!waits) this.#terminationTimedOut();
  }

  #terminationTimedOut(): void {
    this.#fail(terminationTimeoutError(this.#settings.terminationTimeout, this.#sessionId));
  }

  #terminated(link: Connection, event: TerminationEvent): void {
    this.#figures.push(event);
    if (link === this.#link) this.#terminationWait.stop();
    if (link === this.#link && this.#answersAll(link, event)) {
      this.#complete = true;
      this.#termination = event;
      this.#tellTermination();
    }
    link.close();
  }

  /** Last of all events: a replaced connection may still tell of its turns. */
  #tellTermination(): void {
    if (!this.#termination || this.#retired.size > 0) return;
    this.events.push(this.#termination);
    this.#termination = undefined;
  }

  #endWhenComplete(): void {
    this.#tellTermination();
    if (this.#complete && !this.#link && this.#retired.size === 0) this.#end(this.#sourceFailure);
  }

  /**
   * Whether a Termination answers our Terminate. One that expiry caused may cross it on the way, and then a turn is still
   * open, or seconds of audio were not heard.
   */
  #answersAll(link: Connection, event: TerminationEvent): boolean {
    if (!this.#terminating || this.#timeline.turnOpen) return false;
    const sinceExpiryMs = this.#clock.now() - (finite(link.begin?.expires_at) ?? 0) * 1000;
    const heard = heardAll(event.audio_duration_seconds, {
      sentMs: this.#queue.wireMs,
      exact: pcmFormat(this.#settings.encoding, 0) !== undefined,
      // To transcribe the end once more is better than to miss it; a second time it was no expiry.
      nearExpiry: !this.#doubted && Math.abs(sinceExpiryMs) < expiryDoubtMs,
    });
    return heard || this.#nothingOpen;
  }

  #dropped(error: StreamingError, termination?: TerminationEvent): void {
    if (this.state === "closed") return;
    const { offline } = this.#online;
    const now = this.#clock.now();
    const delay = offline ? this.#retries.delayOffline(error, now) : this.#retries.delay(error, now);
    if (delay === undefined) return this.#fail(this.#retries.final(error), termination);
    this.#terminating = false;
    this.#move("dropped");
    if (offline) return this.#connect(`This page is offline. ${error.message}`);
    // A first connection is retried within seconds, except at the service's limit: that wait is worth an event.
    if (this.#sessionIds.length > 0 || error.code === "too-many-sessions") {
      const { attempt } = this.#retries;
      this.events.push({ type: "Reconnecting", attempt, delay_ms: delay, reason: error.message });
    }
    this.#cancelTimer = this.#clock.after(delay, () => this.#connect(`This page is offline. ${error.message}`));
  }

  #sourceFailed(error: StreamingError): void {
    this.#sourceFailure ??= this.#presentable(error);
    this.#finishAudio(this.sink.takenBytes);
  }

  /** The source's own error may hold what the session keeps to itself. */
  #presentable(error: StreamingError): StreamingError {
    if (error.cause === undefined) return error;
    const cause = this.secrets.redactCause(error.cause);
    return new StreamingError(error.code, this.secrets.redact(error.message), { cause });
  }

  /** Everything up to `endBytes` is still to be transcribed; then the session ends. */
  #finishAudio(endBytes: number): void {
    if (this.state === "closed") return;
    this.#endBytes = Math.min(this.#endBytes, endBytes);
    this.#move("finishing");
    this.#rollover?.stop();
    this.#rollover = undefined;
    if (endBytes === 0 && this.#sessionIds.length === 0) this.#end(this.#sourceFailure);
    else this.#queue.finish(endBytes);
    if (this.#online.waiting) this.#endOffline();
  }

  #end(error: StreamingError | undefined): void {
    if (this.state === "closed") return;
    this.#move("ended");
    this.#forgetSignal();
    this.#cancelTimer();
    this.#terminationWait.stop();
    this.#online.stop();
    // What was sent went down with its connection, unless the service has confirmed it.
    if (error && !this.#complete)
      this.#lostMs += Math.max(0, Math.round(this.#queue.reachedMs - this.#timeline.settledMs));
    this.#rollover?.stop();
    const late = error ?? endedError();
    this.#queue.fail(late);
    this.sink.fail(late);
    this.#link?.destroy();
    for (const link of this.#retired) link.destroy();
    this.events.end(error ? { error } : {});
    this.#trace({ type: "closed", error, stats: this.stats() });
    this.opened.reject(late);
    if (error) this.closed.reject(error);
    else this.closed.resolve(summarize(this.#figures, this.#sessionIds, this.#reconnects));
  }

  get #sessionId(): string | undefined {
    return this.#sessionIds.at(-1);
  }

  #move(input: LifecycleInput): void {
    this.state = nextState(this.state, input);
  }
}
