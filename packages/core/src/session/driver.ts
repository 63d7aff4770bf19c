import { type Clock, systemClock } from "../async/clock.ts";
import { Deferred } from "../async/deferred.ts";
import { abortReason, onAbort } from "../async/on-abort.ts";
import { byteRate } from "../audio/audio-format.ts";
import { AudioSink } from "../audio/audio-sink.ts";
import { createReplayBuffer } from "../audio/create-replay-buffer.ts";
import type { ReplayBuffer } from "../audio/replay-buffer.ts";
import type { ControlMessage } from "../audio/send-queue.ts";
import { bufferedAmount } from "../connection/buffered-amount.ts";
import type { Connection } from "../connection/connection.ts";
import { connectionUrl } from "../connection/connection-url.ts";
import { fetchToken } from "../connection/fetch-token.ts";
import { NetworkWatch } from "../connection/network-watch.ts";
import { safeTrace } from "../connection/safe-trace.ts";
import type { Platform, Socket } from "../connection/socket.ts";
import type { Settings } from "../options/options.ts";
import type { BeginEvent } from "../protocol/messages.ts";
import { createSpeakers } from "../speakers/create-speakers.ts";
import type { Speakers } from "../speakers/speakers.ts";
import type { Effect } from "./connections.ts";
import { EventQueue } from "./event-queue.ts";
import { Session, type SessionState } from "./session.ts";
import { endedError, tooSlowError } from "./session-errors.ts";
import type { SessionStats, SessionSummary } from "./summary-and-stats.ts";

type Input = (now: number) => void;

interface Line {
  readonly socket: Socket;
  readonly buffered: () => number;
}

const never = Number.POSITIVE_INFINITY;
/** Timers take no more. A longer wait is one of several. */
const longestTimerMs = 2 ** 31 - 1;

/**
 * Gives a session its sockets, its tokens, its one timer, its streams and its promises. All that happens is handed to the
 * session as an input; then the session's effects are carried out until none is left. Inputs that come meanwhile wait.
 */
export class Driver {
  readonly opened = new Deferred<BeginEvent>();
  readonly closed = new Deferred<SessionSummary>();
  readonly events: EventQueue;
  readonly sink: AudioSink;
  readonly #session: Session;
  readonly #settings: Settings;
  readonly #platform: Platform;
  readonly #clock: Clock;
  readonly #network: NetworkWatch;
  readonly #trace: NonNullable<Platform["trace"]>;
  readonly #lines = new Map<Connection, Line>();
  /** Aborted when a connection is not wanted any more: ends its token request, and silences its socket. */
  readonly #unwanted = new Map<Connection, AbortController>();
  readonly #waiting: Input[] = [];
  /** Made while the first connection is being opened. */
  #replayBuffer: ReplayBuffer | undefined;
  #speakers: Speakers | undefined;
  #running = false;
  /** `opened` has resolved. Every write passes here. */
  #begun = false;
  #settled = false;
  #cancelTimer: () => void = () => {};
  #timerAt = never;
  #forgetSignal: () => void = () => {};

  constructor(settings: Settings, platform: Platform) {
    const { streams, sendsPings, random = Math.random } = platform;
    this.#settings = settings;
    this.#platform = platform;
    this.#clock = platform.clock ?? systemClock;
    this.#trace = safeTrace(platform.trace, settings.warnOnce);
    this.#network = new NetworkWatch(platform.online, () => this.#input((now) => this.#session.networkChanged(now)));
    this.events = new EventQueue(streams, {
      read: (event) => this.#session.read(event, this.#clock.now()),
      cancelled: () => {
        // No reader is left: audio that was not taken yet is dropped.
        this.#finishTaken();
        return this.closed.promise.then(
          () => {},
          () => {},
        );
      },
      dropped: () => {
        this.#session.record.eventsDropped++;
        settings.warnOnce("events", "session.events is read too slowly: old events that are not final are dropped.");
      },
      overflowed: () => this.#input(() => this.#session.fail(tooSlowError())),
    });
    const bytesPerMs = byteRate(settings.encoding, settings.sampleRate) / 1000;
    this.sink = new AudioSink(streams, settings.encoding, settings.audioBuffer * bytesPerMs, {
      now: () => this.#clock.now(),
      written: () => this.#input(look),
      closed: () => {
        // Writes after the writer's close were refused, but had been counted as written.
        this.#finishTaken();
        return this.closed.promise.then(() => {});
      },
      failed: (error) => {
        this.#input(() => this.#session.sourceFailed(error));
        this.#finishTaken();
      },
    });
    this.#session = new Session({
      settings,
      sendsPings,
      random,
      replayBuffer: () => this.#replayBuffer ?? absent("replay buffer"),
      speakers: () => this.#speakers,
      source: this.sink,
      events: this.events,
      sockets: {
        buffered: (connection) => this.#lines.get(connection)?.buffered() ?? 0,
        canPing: (connection) => this.#lines.get(connection)?.socket.ping !== undefined,
      },
      offline: () => this.#network.offline,
      latency: platform.latency?.(this.#trace),
      trace: this.#trace,
    });
    const { signal } = settings;
    if (signal?.aborted) this.abort(abortReason(signal));
    else {
      if (signal) this.#forgetSignal = onAbort(signal, () => this.abort(abortReason(signal)));
      this.#input((now) => this.#session.start(now));
    }
  }

  get state(): SessionState {
    return this.#session.state;
  }

  /** Puts a message behind all audio written so far. Resolves when it was sent. */
  control(message: ControlMessage): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#input(() => this.#session.control(message, { resolve, reject }));
    });
  }

  close(): Promise<SessionSummary> {
    this.#input(() => this.#session.finish(this.sink.writtenBytes));
    return this.closed.promise;
  }

  abort(reason?: unknown): void {
    this.#input(() => this.#session.abort(reason));
  }

  get stats(): SessionStats {
    return this.#session.stats;
  }

  #finishTaken(): void {
    this.#input(() => this.#session.finish(this.sink.takenBytes));
  }

  #input(input: Input): void {
    if (this.#running) {
      this.#waiting.push(input);
      return;
    }
    this.#running = true;
    for (let next: Input | undefined = input; next; next = this.#waiting.shift()) this.#handle(next);
    this.#running = false;
    this.#setTimer();
    if (!this.#session.waitsForNetwork) this.#network.stop();
    this.#settle();
  }

  /** What throws in a socket's listener would end Node: it ends the session. */
  #handle(input: Input): void {
    let now = 0;
    try {
      now = this.#clock.now();
      input(now);
    } catch (error) {
      this.#session.broken(error);
    }
    let effect: Effect | undefined;
    do {
      try {
        effect = this.#session.poll(now);
        if (effect) this.#do(effect);
      } catch (error) {
        this.#session.broken(error);
      }
    } while (effect);
  }

  #do(effect: Effect): void {
    const { connection } = effect;
    const socket = this.#lines.get(connection)?.socket;
    switch (effect.do) {
      case "open":
        void this.#open(connection);
        break;
      case "send":
        try {
          socket?.send(effect.data);
        } catch (cause) {
          this.#input((now) => this.#session.closed(connection, { code: 1006, reason: "", cause }, now));
        }
        break;
      case "ping":
        try {
          socket?.ping?.();
        } catch {
          // A socket that cannot be asked is found dead by its silence.
        }
        break;
      case "close":
        socket?.close(1000, "");
        break;
      case "destroy":
        this.#unwanted.get(connection)?.abort();
        this.#unwanted.delete(connection);
        this.#lines.delete(connection);
        socket?.destroy();
    }
  }

  async #open(connection: Connection): Promise<void> {
    const unwanted = new AbortController();
    const { signal } = unwanted;
    this.#unwanted.set(connection, unwanted);
    const { token } = this.#settings;
    const { attempt } = connection;
    try {
      // Let connect() return before the user's token provider is called.
      await Promise.resolve();
      const grant =
        token === undefined ? undefined : await fetchToken(token, { attempt, signal }, this.#session.secrets);
      this.#replayBuffer ??= await createReplayBuffer(this.#settings);
      this.#speakers ??= await createSpeakers(this.#settings);
      if (signal.aborted) return;
      const url = connectionUrl(this.#settings, grant, this.#platform.sendsPings);
      this.#input((now) => {
        this.#session.dialing(connection, url.host, url.href.length);
        try {
          this.#dial(connection, url, signal);
        } catch (error) {
          this.#session.failed(connection, error, now);
        }
      });
    } catch (error) {
      this.#input((now) => this.#session.failed(connection, error, now));
    }
  }

  /** A socket may call back before it is returned: those inputs wait. */
  #dial(connection: Connection, url: URL, signal: AbortSignal): void {
    const session = this.#session;
    const input = (given: Input) => {
      if (!signal.aborted) this.#input(given);
    };
    const socket = this.#platform.openSocket(url.href, this.#settings.apiKey, {
      opened: () => input(() => session.handshaken(connection)),
      message: (text) => input((now) => session.message(connection, text, now)),
      alive: () => input((now) => session.pong(connection, now)),
      closed: (end) => input((now) => session.closed(connection, end, now)),
    });
    this.#lines.set(connection, { socket, buffered: bufferedAmount(socket) });
  }

  /** One timer for everything. One that fires early only looks again. */
  #setTimer(): void {
    const { due } = this.#session;
    if (this.#timerAt <= due && due !== never) return;
    this.#cancelTimer();
    this.#timerAt = due;
    if (due === never) return;
    const ms = Math.min(Math.max(0, due - this.#clock.now()), longestTimerMs);
    this.#cancelTimer = this.#clock.after(ms, () => {
      this.#timerAt = never;
      this.#input((now) => this.#session.timeout(now));
    });
  }

  #settle(): void {
    const { record, outcome } = this.#session;
    if (record.begin && !this.#begun) {
      this.#begun = true;
      this.opened.resolve(record.begin);
    }
    if (!outcome || this.#settled) return;
    this.#settled = true;
    this.#forgetSignal();
    const { error } = outcome;
    const late = error ?? endedError();
    if (error) this.sink.fail(error);
    else this.sink.end(late);
    this.events.end(error ? { error } : {});
    this.#trace({ type: "closed", error, stats: this.stats });
    this.opened.reject(late);
    if (error) this.closed.reject(error);
    else this.closed.resolve(this.#session.summary);
  }
}

function absent(what: string): never {
  throw new Error(`There is no ${what}`);
}

/** Audio came: the session is only asked what to do. */
function look(): void {}
