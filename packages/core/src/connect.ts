import { handled } from "./async/deferred.ts";
import type { AudioStream } from "./audio/audio-chunk.ts";
import type { Platform } from "./connection/socket.ts";
import { StreamingError } from "./errors/streaming-error.ts";
import { type ConnectOptions, findProblems, parseOptions, refuse } from "./options/options.ts";
import type { BeginEvent, StreamingEvent } from "./protocol/messages.ts";
import { parameterWarnings } from "./protocol/parameter-warnings.ts";
import {
  configurationSchemas,
  type DeprecatedParameters,
  modernize,
  type SessionConfiguration,
  wireName,
} from "./protocol/parameters.ts";
import type { SessionState } from "./session/lifecycle.ts";
import { Session } from "./session/session.ts";
import type { SessionStats, SessionSummary } from "./session/summary-and-stats.ts";

/**
 * A streaming session: audio in, events out. A container of two streams, so `microphone.pipeThrough(session)` works, with
 * promises for its beginning and its end. None of its promises ever causes an unhandled rejection.
 */
export interface StreamingSession extends AsyncDisposable {
  /**
   * Takes bytes in the session's encoding, in writes of any size, from the first moment. Backpressure is real: beyond
   * `audioBuffer`, `writer.ready` waits until the service takes audio. Closing it is `close()`.
   */
  readonly audio: AudioStream;
  /** The same stream as `audio`. */
  readonly writable: AudioStream;
  /**
   * Everything that happens, in order. Ends after Termination; a failure comes after the last event that preceded it.
   * Cancelling it (a `break` in `for await`) is `close()`.
   */
  readonly events: ReadableStream<StreamingEvent> & AsyncIterable<StreamingEvent>;
  /** The same stream as `events`. */
  readonly readable: ReadableStream<StreamingEvent> & AsyncIterable<StreamingEvent>;
  /** The first Begin. */
  readonly opened: Promise<BeginEvent>;
  /** How it ended; rejects with the `StreamingError` that ended it. */
  readonly closed: Promise<SessionSummary>;
  readonly state: SessionState;
  /**
   * Changes parameters. Resolves when sent, behind the audio written before. Sent again by itself on new connections.
   * Rejects with `invalid-options`, or `session-ended`.
   */
  updateConfiguration(configuration: SessionConfiguration & DeprecatedParameters): Promise<void>;
  /** Ends the turn here: behind all audio written so far. Resolves when sent. */
  forceEndpoint(): Promise<void>;
  /** Resets the service's inactivity timer. Resolves when sent. */
  keepAlive(): Promise<void>;
  /** Sends what was written, lets the service finish, and waits for its last words. Works while `audio` is piped to. */
  close(): Promise<SessionSummary>;
  /** Ends everything at once; turns that are not final yet are lost. */
  abort(reason?: unknown): void;
  stats(): SessionStats;
}

/**
 * Starts a session and returns at once; it is connecting. Entry packages bring the `platform`.
 *
 * @throws StreamingError `invalid-options`, `api-key-in-browser` or `no-web-streams`, before anything is sent.
 */
export function connect(options: ConnectOptions, platform: Platform): StreamingSession {
  if (typeof platform.streams.ReadableStream !== "function")
    throw new StreamingError(
      "no-web-streams",
      "This runtime has no Web Streams. Import from voxpipe/ponyfill instead.",
    );
  const settings = parseOptions(options, platform);
  const warned = new Set(parameterWarnings(settings.parameters));
  const session = new Session(settings, platform);
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
          refuse(findProblems(changes, configurationSchemas));
          for (const warning of parameterWarnings({ ...settings.parameters, ...changes })) {
            if (!warned.has(warning)) settings.warn(warning);
            warned.add(warning);
          }
          const given = Object.entries(changes).filter(([, value]) => value !== undefined);
          const onWire = given.map(([name, value]) => [wireName(name), value]);
          await session.control({ type: "UpdateConfiguration", ...Object.fromEntries(onWire) });
        })(),
      ),
    forceEndpoint: () => handled(session.control({ type: "ForceEndpoint" })),
    keepAlive: () => handled(session.control({ type: "KeepAlive" })),
    close: () => session.close(),
    abort: (reason?: unknown) => session.abort(reason),
    stats: () => session.stats(),
    [Symbol.asyncDispose]: () =>
      // A session that failed has said so already; disposing of it must not mask the error that is on its way.
      handled(session.state === "closed" ? Promise.resolve() : session.close().then(() => {})),
  };
  return facade;
}
