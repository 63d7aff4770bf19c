import type { MicrophoneDevice } from "@voxpipe/microphone";
import { createTranscript, type TranscriptSnapshot } from "@voxpipe/transcript";
import type { TranscriberError } from "./failure.ts";
import type { TranscriberStatus } from "./machine.ts";

/** One of several sources, at one moment. */
export interface ChannelSnapshot {
  /**
   * - `open`: it is heard.
   * - `interrupted`: the system gives no sound of it just now.
   * - `ended`: its audio has ended, as when the visitor ends a share, or after a stop.
   * - `failed`: it, or its session, failed; `error` says why.
   */
  readonly status: "open" | "interrupted" | "ended" | "failed";
  /** Its audio of this run that was lost because its session could not take it in time, in ms. */
  readonly droppedMs: number;
  /** Why it failed, or what is wrong with a shared tab: `silent`, `share-ended`. */
  readonly error: TranscriberError | undefined;
}

/** A transcriber at one moment. Never changed; what is the same in a later one is the same object. */
export interface TranscriberSnapshot {
  readonly status: TranscriberStatus;
  /** All that was said since the transcriber was made, or cleared. */
  readonly transcript: TranscriptSnapshot;
  /** Whether silence is sent. It stays over a stop and a start. */
  readonly muted: boolean;
  /** The device that was chosen; undefined: the system's default. */
  readonly deviceId: string | undefined;
  /** The device that is heard; undefined while none is, and for audio that is no device's. */
  readonly device: MicrophoneDevice | undefined;
  /** Whether the system gives no sound just now, as during a phone call. */
  readonly interrupted: boolean;
  /** Audio of this run that was lost because the session could not take it in time, in ms; of several sources, all together. */
  readonly droppedMs: number;
  /** Each of `sources`, from when all are open until the next start; empty if there is one source. */
  readonly channels: Readonly<Record<string, ChannelSnapshot>>;
  /**
   * Why it failed, or the last choice of a device did, or one of `sources` while the others continue. It goes with the next start,
   * or with a choice that works.
   */
  readonly error: TranscriberError | undefined;
}

/** Idle, with nothing said: what is rendered on a server, and first in a browser after that. */
export const idleSnapshot: TranscriberSnapshot = Object.freeze({
  status: "idle",
  transcript: createTranscript().snapshot,
  muted: false,
  deviceId: undefined,
  device: undefined,
  interrupted: false,
  droppedMs: 0,
  channels: Object.freeze({}),
  error: undefined,
});
