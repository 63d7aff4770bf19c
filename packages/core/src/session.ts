import { byteRate, pcmFormat } from "./audio-format.ts";
import type { AudioLog } from "./audio-log.ts";
import { AudioSink } from "./audio-sink.ts";
import { type Clock, systemClock } from "./clock.ts";
import { MessageReader } from "./decode.ts";
import { Deferred } from "./deferred.ts";
import { EventQueue } from "./event-queue.ts";
import { finite } from "./finite.ts";
import { LatencyMeter } from "./latency-meter.ts";
import { type LifecycleInput, nextState, type SessionState } from "./lifecycle.ts";
import { Link, type LinkListener } from "./link.ts";
import type { BeginEvent, ReconnectedEvent, ServerEvent, TerminationEvent, UnrecognizedEvent } from "./messages.ts";
import type { Settings } from "./options.ts";
import { type ControlMessage, Outbound } from "./outbound.ts";
import { PacketLog } from "./packet-log.ts";
import { PcmLog } from "./pcm-log.ts";
import { Secrets } from "./redact.ts";
import { RetryPolicy } from "./retry-policy.ts";
import { Rollover } from "./rollover.ts";
import type { SessionStats, SessionSummary } from "./session-figures.ts";
import type { Platform } from "./socket.ts";
import { StreamingError } from "./streaming-error.ts";
import { type LinkTimeline, Timeline } from "./timeline.ts";

/**
 * Supervises the connections of one session: first attempt and retries, reconnection, rollover, ending. The only place
 * that holds state across connections; which state follows which stands in `lifecycle.ts`.
 */
export class Session implements LinkListener {
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
  readonly #log: AudioLog;
  readonly #outbound: Outbound;
  /** Connections that had Begin, the replaced ones that still wind up included. */
  readonly #timelines = new Map<Link, LinkTimeline>();
  readonly #sessionIds: string[] = [];
  readonly #figures: TerminationEvent[] = [];
  readonly #retired = new Set<Link>();
  #link: Link | undefined;
  /** What must not be shown: the keys of the options, and every connection's token. */
  readonly secrets: Secrets;
  readonly reader: MessageReader;
  #rollover: Rollover | undefined;
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
  #shortLives = 0;
  /** Where sockets cannot ping, the connection asks for heartbeats for its own sake, and keeps them to itself. */
  #tellsHeartbeats: boolean;
  #cancelTimer: () => void = () => {};

  constructor(settings: Settings, platform: Platform) {
    this.#settings = settings;
    this.secrets = new Secrets(settings.secrets);
    this.reader = new MessageReader(this.secrets, settings.warnOnce);
    this.#platform = platform;
    this.#clock = platform.clock ?? systemClock;
    this.#retries = new RetryPolicy(settings, platform.random ?? Math.random);
    this.#tellsHeartbeats = platform.sendsPings || settings.parameters.sessionHeartbeat === true;
    const bytesPerMs = byteRate(settings.encoding, settings.sampleRate) / 1000;
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
    this.sink = new AudioSink(platform.streams, settings.encoding, settings.audioBuffer * bytesPerMs, {
      written: () => this.#outbound.pump(),
      closed: () => {
        // Counted anew: writes that came after the writer's close were refused, but had been measured.
        this.#finishAudio(this.sink.takenBytes);
        return this.closed.promise.then(() => {});
      },
      failed: (error) => this.#sourceFailed(error),
    });
    this.#log = createLog(settings);
    this.#outbound = new Outbound({
      sink: this.sink,
      log: this.#log,
      timeline: this.#timeline,
      latency: this.#latency,
      clock: this.#clock,
      pace: settings.pace,
      finished: () => this.#terminate(),
    });
    settings.signal?.addEventListener("abort", this.#onAbort);
    if (settings.signal?.aborted) this.#onAbort();
    else this.#link = this.#openLink();
  }

  control(message: ControlMessage): Promise<void> {
    if (this.state === "closing" || this.state === "closed") return Promise.reject(endedError());
    if (this.#platform.sendsPings || message.type !== "UpdateConfiguration") return this.#outbound.control(message);
    // Without pings the heartbeats stay on, and only their telling changes.
    const { session_heartbeat: wanted, ...rest } = message;
    if (typeof wanted === "boolean") this.#tellsHeartbeats = wanted;
    return this.#outbound.control(wanted === false ? rest : message);
  }

  close(): Promise<SessionSummary> {
    this.#finishAudio(this.sink.writtenBytes);
    return this.closed.promise;
  }

  abort(reason?: unknown): void {
    const cause = this.secrets.redactCause(reason);
    const why = reason instanceof Error ? `: ${cause?.message}` : "";
    this.#end(
      new StreamingError("aborted", `The session was aborted${why}.`, {
        cause,
        sessionId: this.#sessionIds.at(-1),
      }),
    );
  }

  stats(): SessionStats {
    const waiting = this.sink.writtenBytes - this.sink.takenBytes;
    const bytesPerMs = byteRate(this.#settings.encoding, this.#settings.sampleRate) / 1000;
    return {
      audioSentMs: this.#outbound.reachedMs,
      audioBufferedMs: this.#log.endMs - this.#log.sentMs + waiting / bytesPerMs,
      audioReplayedMs: this.#outbound.replayedMs,
      audioLostMs: this.#lostMs,
      reconnects: this.#reconnects,
      eventsDropped: this.#eventsDropped,
      firstPartialLatencyMs: this.#latency.firstPartialMs,
      endOfTurnLatencyMs: this.#latency.endOfTurnMs,
    };
  }

  begun(link: Link, begin: BeginEvent): void {
    if (link === this.#rollover?.spare) this.#rollover.begun(begin);
    else this.#takeOver(link, begin, "drop");
  }

  message(link: Link, event: Exclude<ServerEvent, BeginEvent> | UnrecognizedEvent, bytes: number): void {
    // Whichever connection they come from, and whatever becomes of it.
    if (event.type === "Unrecognized" || event.type === "Warning") return this.events.push(event, bytes);
    if (event.type === "Termination") return this.#terminated(link, event);
    if (event.type === "Heartbeat" && !this.#tellsHeartbeats) return;
    const { nextTurn, settledMs } = this.#timeline;
    if (!this.#timelines.get(link)?.admit(event)) return;
    if (event.type === "Turn") {
      this.#latency.turn(event, this.#clock.now());
      if (this.#timeline.nextTurn > nextTurn) {
        // An empty final, which some models send after every Terminate, gets nobody anywhere.
        if (this.#timeline.settledMs > settledMs) {
          this.#retries.progressed();
          this.#doubted = false;
        }
        this.#outbound.settled();
      }
      if (this.#terminating && !this.#complete && link === this.#link) this.#awaitTermination();
    }
    this.events.push(event, bytes);
    this.#rollover?.boundary();
  }

  ended(link: Link, error: StreamingError | undefined): void {
    this.#platform.trace?.({ type: "disconnected", error });
    this.#timelines.delete(link);
    if (this.#retired.delete(link)) return this.#endWhenComplete();
    if (link === this.#rollover?.spare) return this.#rollover.failed();
    if (link !== this.#link) return;
    this.#link = undefined;
    this.#outbound.detach();
    this.#rollover?.stop();
    this.#rollover = undefined;
    this.#cancelTimer();
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
   * A normal close that was not asked for, or one too early. The service ends a session that reached its longest duration
   * with a Termination. Where audio flows, or some has no final turn yet, the end could lose words in silence: doubted, and a
   * failure where doubt brought no new final turn.
   */
  #endedUnasked({ termination }: Link): void {
    const heard = this.#terminating && this.#timeline.settledMs >= this.#outbound.reachedMs;
    if (!termination && (!this.#settings.reconnect || heard)) return this.#end(this.#sourceFailure);
    const code = termination ? "session-expired" : "connection-lost";
    const message = "The service ended the session early: its last turn may be missing. Start a new session.";
    const error = new StreamingError(code, message, { retryable: true, sessionId: this.#sessionIds.at(-1) });
    if (this.#terminating && this.#doubted) return this.#end(this.#sourceFailure ?? error);
    this.#doubted ||= this.#terminating;
    this.#dropped(error);
  }

  #openLink(): Link {
    const attempt = ++this.#connections;
    this.#platform.trace?.({ type: "connecting", attempt });
    return new Link(this.#settings, this.#platform, this.#clock, attempt, this);
  }

  #takeOver(link: Link, begin: BeginEvent, cause: ReconnectedEvent["cause"]): void {
    const first = this.#sessionIds.length === 0;
    this.#sessionIds.push(begin.id);
    this.#retries.begun(this.#clock.now());
    this.#terminating = false;
    this.#move("begun");
    const { timeline, replayedMs, lostMs } = this.#outbound.attach(link);
    this.#timelines.set(link, timeline);
    this.#platform.trace?.({ type: "begun", sessionId: begin.id, replayedMs, lostMs });
    if (first) {
      this.opened.resolve(begin);
      this.events.push(begin);
    } else {
      this.#reconnects++;
      this.#lostMs += lostMs;
      this.events.push({ type: "Reconnected", replayed_ms: replayedMs, lost_ms: lostMs, begin, cause });
    }
    this.#scheduleRollover(begin);
    this.#outbound.pump();
  }

  #scheduleRollover(begin: BeginEvent): void {
    this.#rollover?.stop();
    this.#rollover = undefined;
    const lifetimeMs = (finite(begin.expires_at) ?? 0) * 1000 - this.#clock.now();
    if (!this.#settings.reconnect || this.state !== "open" || !(lifetimeMs > 0 && lifetimeMs < 2 ** 31)) return;
    // The shortest the service gives is a minute. If life after life looks shorter, this machine's clock is ahead.
    if (lifetimeMs < 30_000 && ++this.#shortLives > 5) return;
    this.#rollover = new Rollover({
      clock: this.#clock,
      lifetimeMs,
      open: () => this.#openLink(),
      atBoundary: () => this.#timeline.atBoundary,
      switchTo: (link, next) => this.#switchTo(link, next),
    });
  }

  #switchTo(link: Link, begin: BeginEvent): void {
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
    this.#terminating = true;
    this.#link?.send('{"type":"Terminate"}');
    this.#awaitTermination();
  }

  #awaitTermination(): void {
    this.#cancelTimer();
    const { terminationTimeout } = this.#settings;
    this.#cancelTimer = this.#clock.after(terminationTimeout, () => {
      const message = `No Termination within ${terminationTimeout} ms: the last turn may be missing. Raise terminationTimeout.`;
      this.#end(
        new StreamingError("termination-timeout", message, { retryable: true, sessionId: this.#sessionIds.at(-1) }),
      );
    });
  }

  #terminated(link: Link, event: TerminationEvent): void {
    this.#figures.push(event);
    if (link === this.#link) this.#cancelTimer();
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
   * open, or seconds of audio were not heard. A service that says twice how much it heard is believed.
   */
  #answersAll(link: Link, event: TerminationEvent): boolean {
    // No new connection will follow, so this is the end.
    if (!this.#settings.reconnect) return true;
    if (!this.#terminating || this.#timeline.turnOpen) return false;
    const heardMs = (finite(event.audio_duration_seconds) ?? Number.POSITIVE_INFINITY) * 1000;
    const expiresMs = (finite(link.begin?.expires_at) ?? Number.POSITIVE_INFINITY) * 1000;
    // The service may count in whole seconds. Near expiry, to transcribe the end once more is better than to miss it.
    const roundingMs = this.#clock.now() > expiresMs - 2000 ? 10 : 1500;
    return this.#doubted || heardMs + roundingMs > this.#outbound.wireMs;
  }

  #dropped(error: StreamingError): void {
    if (this.state === "closed") return;
    const delay = this.#retries.delay(error, this.#clock.now());
    if (delay === undefined) return this.#end(this.#sourceFailure ?? this.#retries.final(error));
    this.#terminating = false;
    this.#move("dropped");
    // A first connection is retried within seconds, except at the service's limit: that wait is worth an event.
    if (this.#sessionIds.length > 0 || error.code === "too-many-sessions") {
      const { attempt } = this.#retries;
      this.events.push({ type: "Reconnecting", attempt, delay_ms: delay, reason: error.message });
    }
    this.#cancelTimer = this.#clock.after(delay, () => {
      this.#link = this.#openLink();
    });
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
    this.#move("finishing");
    this.#rollover?.stop();
    this.#rollover = undefined;
    if (endBytes === 0 && this.#sessionIds.length === 0) this.#end(this.#sourceFailure);
    else this.#outbound.finish(endBytes);
  }

  #end(error: StreamingError | undefined): void {
    if (this.state === "closed") return;
    this.#move("ended");
    this.#settings.signal?.removeEventListener("abort", this.#onAbort);
    this.#cancelTimer();
    this.#rollover?.stop();
    const late = error ?? endedError();
    this.#outbound.fail(late);
    this.sink.fail(late);
    this.#link?.destroy();
    for (const link of this.#retired) link.destroy();
    this.events.end(error ? { error } : {});
    this.#platform.trace?.({ type: "closed", error, stats: this.stats() });
    this.opened.reject(late);
    if (error) this.closed.reject(error);
    else this.closed.resolve(this.#summary());
  }

  #summary(): SessionSummary {
    const sum = (name: "audio_duration_seconds" | "session_duration_seconds") =>
      this.#figures.length > 0
        ? this.#figures.reduce((total, figures) => total + (finite(figures[name]) ?? 0), 0)
        : undefined;
    return {
      audioDurationSeconds: sum("audio_duration_seconds"),
      sessionDurationSeconds: sum("session_duration_seconds"),
      sessionIds: this.#sessionIds,
      reconnects: this.#reconnects,
    };
  }

  readonly #onAbort = (): void => this.abort(this.#settings.signal?.reason);

  #move(input: LifecycleInput): void {
    this.state = nextState(this.state, input);
  }
}

function createLog({ encoding, sampleRate, frameDuration, reconnect }: Settings): AudioLog {
  const format = pcmFormat(encoding, sampleRate);
  const capacityMs = reconnect?.replayBuffer ?? 0;
  return format ? new PcmLog(format, frameDuration, capacityMs) : new PacketLog(encoding, frameDuration, capacityMs);
}

function endedError(): StreamingError {
  return new StreamingError("session-ended", "The session has ended. Call connect() for a new one.");
}

function tooSlowError(): StreamingError {
  const message =
    "Nobody reads session.events: 32 MiB of final turns wait. Read them, or call session.close() when they are not wanted.";
  return new StreamingError("reader-too-slow", message);
}
