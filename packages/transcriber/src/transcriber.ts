import type { Level } from "@voxpipe/audio";
import type { ChannelsSession } from "@voxpipe/channels";
import type { MicrophoneDevice } from "@voxpipe/microphone";
import type { StreamingSession } from "voxpipe";
import type { TranscriberSnapshot } from "./snapshot.ts";

/**
 * Microphone, session and transcript of a page as one object. Its functions may be called in any order, at any moment, and
 * need no `this`. Their promises never reject: what went wrong is in `snapshot.error`.
 */
export interface Transcriber extends AsyncDisposable {
  /** The present state: another object after a change, the same one until then. */
  readonly snapshot: TranscriberSnapshot;
  /** `listener` is called after each change of `snapshot`. Returns a function that ends this. */
  readonly subscribe: (listener: () => void) => () => void;
  /**
   * Opens the source, connects, and transcribes. What is said from then on is not lost, though the session begins later.
   * After a stop it continues with the same transcript; after a pause with the same source, too. Call it from a click's
   * handler. Resolves when it listens, or when it will not: it failed, or was stopped.
   */
  readonly start: () => Promise<void>;
  /**
   * Turns the source off at once; what was said before is still transcribed. Resolves after the last word. While the source
   * is being opened, that is given up.
   */
  readonly stop: () => Promise<void>;
  /** Ends everything at once; what is not transcribed yet is lost. */
  readonly abort: () => void;
  /** Like `stop`, and keeps a source of yours for `resume`. The session ends: a pause is not billed. */
  readonly pause: () => Promise<void>;
  /** Goes on after `pause`. Resolves like `start`. */
  readonly resume: () => Promise<void>;
  /** From now on silence is sent, so that turns still end; also after a later start. */
  readonly mute: () => void;
  readonly unmute: () => void;
  /**
   * Chooses a microphone by its id in `listMicrophones()`, or without one the system's default: from now on, if one is open,
   * and for later starts. If that fails, the present one stays, and `snapshot.error` says why.
   */
  readonly setDevice: (deviceId?: string) => Promise<void>;
  /** Begins an empty transcript. */
  readonly clear: () => void;
  /** How loud it is now, in dBFS; `-Infinity` is silence. */
  readonly level: Level;
  /** `listener` is called when the level has changed, up to 20 times a second. Returns a function that ends this. */
  readonly watchLevel: (listener: (level: Level) => void) => () => void;
  /** The session of this run, for `updateConfiguration`, `forceEndpoint` and `stats`; undefined if there are `sources`. */
  readonly session: StreamingSession | undefined;
  /**
   * With `sources`, the sessions of this run, for the same; undefined otherwise, and while none is connected.
   *
   * @example
   * ```ts
   * transcriber.call?.forceEndpoint("others");
   * ```
   */
  readonly call: ChannelsSession<string> | undefined;
  /** As of `@voxpipe/microphone`. */
  readonly listMicrophones: () => Promise<MicrophoneDevice[]>;
}
