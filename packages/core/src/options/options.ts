import type { AudioEncoding } from "../audio/audio-format.ts";
import type { Pace } from "../audio/pacer.ts";
import type { TokenGrant } from "../connection/token-grant.ts";
import type { StreamingParameters } from "../protocol/parameters.ts";

/** The argument of a token provider. */
export interface TokenRequest {
  /** Counts connection attempts from 1 over the whole session. */
  readonly attempt: number;
  /** Aborts when the token is no longer needed. */
  readonly signal: AbortSignal;
}

/**
 * Returns a temporary token, alone or with the host that accepts it. Called for every connection attempt, because the
 * service accepts each token only once.
 *
 * @example
 * const token: TokenProvider = async ({ signal }) => (await fetch("/api/token", { method: "POST", signal })).text();
 */
export type TokenProvider = (request: TokenRequest) => string | TokenGrant | Promise<string | TokenGrant>;

export interface ReconnectOptions {
  /**
   * Consecutive attempts without progress before the session fails.
   * @default 10
   */
  maxAttempts?: number | undefined;
  /**
   * The longest delay between attempts, in ms.
   * @default 10_000
   */
  maxDelay?: number | undefined;
  /**
   * How much sent audio is kept to send again, in ms. Older audio is reported as lost when the connection drops. Of compressed
   * audio, at most 96 bytes for each ms are kept.
   * @default 60_000
   */
  replayBuffer?: number | undefined;
}

/**
 * Options of `connect`: the service's parameters under the vendor's camelCase names, and the client's own.
 *
 * @example
 * const session = connect({ token: tokenFrom("/api/token"), sampleRate: 16_000, speechModel: "universal-3-5-pro" });
 */
export interface ConnectOptions extends StreamingParameters {
  /**
   * A temporary token, or better a function that fetches one: every reconnection needs a new token.
   *
   * @example token: tokenFrom("/api/token")
   */
  token?: string | TokenProvider | undefined;
  /**
   * The account's API key. Works only if the platform's sockets can send headers (servers); in a browser it is rejected with
   * `api-key-in-browser`.
   */
  apiKey?: string | undefined;
  /**
   * A host, or a `ws://` or `wss://` URL. Overrides the host that `token` returns; a difference is reported to `onWarning`.
   * @default the host that `token` returns, or "streaming.assemblyai.com"
   */
  apiHost?: string | undefined;
  /** Aborting it calls `session.abort(signal.reason)`. */
  signal?: AbortSignal | undefined;
  /**
   * The limit for one connection attempt, from the token request to `Begin`, in ms.
   * @default 10_000
   */
  connectTimeout?: number | undefined;
  /**
   * Further attempts after the first one fails when a session starts.
   * @default 2
   */
  maxConnectionRetries?: number | undefined;
  /**
   * Base of the exponential backoff between attempts, in ms.
   * @default 500
   */
  connectionRetryDelay?: number | undefined;
  /**
   * How long to wait for Termination, in ms, from the end of the audio and again from each new word. A peer that stays silent
   * may be dead: that is detected first, within 10 s, and counts as a drop.
   * @default 5000
   */
  terminationTimeout?: number | undefined;
  /**
   * Reconnects when an open connection drops, and sends again what was not final. `false` fails the session instead.
   * @default { maxAttempts: 10, maxDelay: 10_000, replayBuffer: 60_000 }
   */
  reconnect?: boolean | ReconnectOptions | undefined;
  /**
   * Duration of the audio in one message, in ms: 50–1000, and at most 128 KB (682 ms at 96 kHz).
   * @default 50
   */
  frameDuration?: number | undefined;
  /**
   * How fast audio is sent: at most `burst` ms ahead, then at `rate` times real time. `false` for no limit.
   * @default { rate: 1.25, burst: 5000 }
   */
  pace?: boolean | Partial<Pace> | undefined;
  /**
   * High-water mark of `audio`, in ms of audio.
   * @default 1000
   */
  audioBuffer?: number | undefined;
  /**
   * Query parameters that this version does not know, under their wire names. A known one is used as the option of that name,
   * with a warning; if that option is also given, the one here is ignored.
   *
   * @example extraParams: { new_parameter: 1 }
   */
  extraParams?: Readonly<Record<string, unknown>> | undefined;
  /**
   * Called with warnings about deprecated or risky options and odd messages.
   * @default console.warn
   */
  onWarning?: ((message: string) => void) | undefined;
}

/** The checked options, with all defaults. */
export interface Settings {
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly encoding: AudioEncoding;
  readonly sampleRate: number;
  readonly token: string | TokenProvider | undefined;
  readonly apiKey: string | undefined;
  readonly apiHost: string;
  /** Whether `apiHost` is from the options: then a token's host does not replace it. */
  readonly apiHostGiven: boolean;
  readonly signal: AbortSignal | undefined;
  readonly connectTimeout: number;
  readonly maxConnectionRetries: number;
  readonly connectionRetryDelay: number;
  readonly terminationTimeout: number;
  readonly reconnect:
    | { readonly maxAttempts: number; readonly maxDelay: number; readonly replayBuffer: number }
    | undefined;
  readonly frameDuration: number;
  readonly pace: Pace | undefined;
  readonly audioBuffer: number;
  readonly extraParams: Readonly<Record<string, unknown>>;
  /** Values from the options that must never be shown. */
  readonly secrets: readonly string[];
  /** Reports to `onWarning`. Never throws. */
  readonly warn: (message: string) => void;
  /** Reports to `onWarning`, once a session for each topic. */
  readonly warnOnce: (topic: string, message: string) => void;
}
