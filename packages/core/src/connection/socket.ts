import type { Clock } from "../async/clock.ts";
import type { StreamingError, StreamingErrorCode } from "../errors/streaming-error.ts";
import type { LatencyMeter } from "../session/latency-meter.ts";
import type { SessionStats } from "../session/summary-and-stats.ts";

/** What core needs of a WebSocket: the smallest interface that native sockets and `ws` both fit. */
export interface Socket {
  /** Bytes accepted by `send` that have not left yet. Any constant if the platform does not know. */
  readonly bufferedAmount: number;
  /** Text or one binary message. The bytes may be reused once the call returns. */
  send(data: string | Uint8Array): void;
  /** Starts the closing handshake. May be called in every state, and twice. */
  close(code: number, reason: string): void;
  /** Ends the connection at once, or as near to it as the platform can. */
  destroy(): void;
  /** Asks the peer for a sign of life, answered through `SocketListener.alive`. Absent where the platform cannot. */
  ping?(): void;
}

/** How a socket reports what happens. `closed` is always the last call, and comes exactly once. */
export interface SocketListener {
  opened(): void;
  message(text: string): void;
  alive(): void;
  closed(end: SocketEnd): void;
}

/** What a session's error will say. It holds no secret. */
export interface ExplainedFailure {
  readonly code: StreamingErrorCode;
  readonly message: string;
  /** Whether a new attempt may succeed without a change. */
  readonly retryable: boolean;
}

export interface SocketEnd {
  /** Close code; 1006 when no close frame came. */
  readonly code: number;
  readonly reason: string;
  /** HTTP status, if the handshake was refused and the platform reports it. */
  readonly status?: number;
  /** The start of the answer with that status, as text. */
  readonly body?: string;
  /** `Retry-After` of that answer, in seconds. */
  readonly retryAfterSeconds?: number;
  readonly cause?: unknown;
  /** If the adapter knows cause and remedy better than code and status show. */
  readonly failure?: ExplainedFailure;
}

/**
 * Starts connecting. A URL that the platform refuses may throw; everything later goes to the listener.
 *
 * @param apiKey To be sent in `keyHeaders`; undefined where the URL holds a token, and where nothing sends headers.
 */
export type OpenSocket = (url: string, apiKey: string | undefined, listener: SocketListener) => Socket;

/**
 * The reader has the first reading of a turn, or its end: when the last sound of that was written, and how the time from then
 * until now divides, in ms. Not sent for a word whose audio was written or left too long ago, and of an event that was
 * dropped before it was read. May come after `closed`.
 */
export interface TurnRead {
  readonly type: "read";
  readonly reading: "first-partial" | "end-of-turn";
  /** Where the word ends: the first one of the turn, or its last one. In ms of the source. */
  readonly audioMs: number;
  /** When that audio was written to the session, in ms since the Unix epoch, by a clock that is never set. */
  readonly writtenAt: number;
  /** From then until it was last given to a socket: waiting for its message, the pace, a connection; being replayed. */
  readonly sendMs: number;
  /** From then until the event came: the socket, the network and the service. */
  readonly serviceMs: number;
  /** From then until the event was read from `events`. */
  readonly readerMs: number;
}

/** What a tracer gets. */
export type SessionTrace =
  | { readonly type: "connecting"; readonly attempt: number }
  | { readonly type: "begun"; readonly sessionId: string; readonly replayedMs: number; readonly lostMs: number }
  | { readonly type: "disconnected"; readonly error: StreamingError | undefined }
  /** A turn became final. Its latencies in ms; undefined where the audio left too long ago to be known. */
  | { readonly type: "turn"; readonly firstPartialMs: number | undefined; readonly endOfTurnMs: number | undefined }
  | TurnRead
  | { readonly type: "closed"; readonly error: StreamingError | undefined; readonly stats: SessionStats };

/** What an entry file brings: the only place that knows which platform this is. */
export interface Platform {
  readonly openSocket: OpenSocket;
  /** Whether `openSocket` can send an `Authorization` header. Browsers cannot. */
  readonly sendsHeaders: boolean;
  /** Whether its sockets have `ping`. Elsewhere the service's heartbeats show that the peer lives. */
  readonly sendsPings: boolean;
  /** The Web Streams constructors: the platform's own, or a ponyfill's. */
  readonly streams: Pick<typeof globalThis, "ReadableStream" | "WritableStream">;
  /** Called with what happens to connections, for tracing; must not throw. */
  readonly trace?: (message: SessionTrace) => void;
  /** What measures `TurnRead`: `new TurnDelays(trace)`. Absent if nobody listens. */
  readonly latency?: (trace: (message: SessionTrace) => void) => LatencyMeter;
  /** Absent where the platform does not know whether there is a network. */
  readonly online?: {
    /** False: surely not. */
    is(): boolean;
    /** Calls back whenever that may have changed. Returns the remover. */
    onChange(listener: () => void): () => void;
  };
  /** Defaults to the platform's clock. */
  readonly clock?: Clock;
  /** Uniform in [0, 1), for jitter. Defaults to `Math.random`. */
  readonly random?: () => number;
}
