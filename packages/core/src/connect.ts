import { handled } from "./async/deferred.ts";
import type { AudioStream } from "./audio/audio-chunk.ts";
import type { Platform } from "./connection/socket.ts";
import { findProblems, refuse } from "./options/find-problems.ts";
import type { ConnectOptions } from "./options/options.ts";
import { parseOptions } from "./options/parse-options.ts";
import type { BeginEvent, StreamingEvent } from "./protocol/messages.ts";
import { ParameterChecks } from "./protocol/parameter-checks.ts";
import {
  type DeprecatedParameters,
  expectedConfiguration,
  modernize,
  type SessionConfiguration,
  wireName,
} from "./protocol/parameters.ts";
import { Driver } from "./session/driver.ts";
import type { SessionState } from "./session/session.ts";
import type { SessionStats, SessionSummary } from "./session/summary-and-stats.ts";

/**
 * A streaming session: audio in, events out. It contains two streams, so `microphone.pipeThrough(session)` works, and promises
 * for its start and its end. None of its promises ever causes an unhandled rejection.
 *
 * @example
 * const session = connect({ token: tokenFrom("/api/token"), sampleRate: 16_000 });
 * microphone.readable.pipeTo(session.audio).catch(() => {}); // the loop gets its error
 * for await (const event of session.events) {
 *   if (event.type === "Turn" && event.end_of_turn) console.log(event.transcript);
 * }
 */
export interface StreamingSession extends AsyncDisposable {
  /**
   * Accepts bytes in the session's encoding, in writes of any size, even before the session is open. Backpressure is real:
   * beyond `audioBuffer`, `writer.ready` waits until the service accepts audio. Closing it calls `close()`.
   */
  readonly audio: AudioStream;
  /** The same stream as `audio`. */
  readonly writable: AudioStream;
  /**
   * All events, in order. Ends after Termination; errors after the last event that preceded the failure. Cancelling it (a
   * `break` in `for await`) calls `close()`.
   */
  readonly events: ReadableStream<StreamingEvent> & AsyncIterable<StreamingEvent>;
  /** The same stream as `events`. */
  readonly readable: ReadableStream<StreamingEvent> & AsyncIterable<StreamingEvent>;
  /** Resolves with the first Begin; rejects if the session fails before. */
  readonly opened: Promise<BeginEvent>;
  /** Resolves with a summary when the session has ended; rejects with the `StreamingError` that ended it. */
  readonly closed: Promise<SessionSummary>;
  readonly state: SessionState;
  /**
   * Changes parameters. Resolves when sent, after the audio written before. New connections get it automatically.
   * Rejects with `invalid-options`, or `session-ended`.
   */
  updateConfiguration(configuration: SessionConfiguration & DeprecatedParameters): Promise<void>;
  /** Ends the turn after all audio written so far. Resolves when sent. */
  forceEndpoint(): Promise<void>;
  /** Resets the service's inactivity timer. Resolves when sent. */
  keepAlive(): Promise<void>;
  /** Sends the audio written so far, and waits for the service's last words. Works while something is piped to `audio`. */
  close(): Promise<SessionSummary>;
  /** Ends the session at once; turns that are not final yet are lost. */
  abort(reason?: unknown): void;
  stats(): SessionStats;
}

/**
 * Starts a session and returns at once; it is connecting. Entry packages bring the `platform`.
 *
 * @throws StreamingError `invalid-options` or `api-key-in-browser`, before anything is sent.
 */
export function connect(options: ConnectOptions, platform: Platform): StreamingSession {
  const settings = parseOptions(options, platform);
  const checks = new ParameterChecks(settings.warnOnce);
  void checks.check(settings.parameters);
  const session = new Driver(settings, platform);
  const { stream: audio } = session.sink;
  const { stream: events } = session.events;

  const facade = {
    audio,
    writable: audio,
    events,
    readable: events,
    opened: session.opened.promise,
    closed: session.closed.promise,
    get state() {
      return session.state;
    },
    updateConfiguration: (configuration: SessionConfiguration & DeprecatedParameters) =>
      handled(
        (async () => {
          const changes = modernize({ ...configuration }, settings.warn);
          refuse(findProblems(changes, expectedConfiguration));
          void checks.check({ ...settings.parameters, ...changes });
          const given = Object.entries(changes).filter(([, value]) => value !== undefined);
          const onWire = given.map(([name, value]) => [wireName(name), value]);
          await session.control({ type: "UpdateConfiguration", ...Object.fromEntries(onWire) });
        })(),
      ),
    forceEndpoint: () => handled(session.control({ type: "ForceEndpoint" })),
    keepAlive: () => handled(session.control({ type: "KeepAlive" })),
    close: () => session.close(),
    abort: (reason?: unknown) => session.abort(reason),
    stats: () => session.stats,
    [Symbol.asyncDispose]: () =>
      // A failed session has already reported its error; disposing of it must not hide the error that is being thrown.
      handled(session.state === "closed" ? Promise.resolve() : session.close().then(() => {})),
  };
  return facade;
}
