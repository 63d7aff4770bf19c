import type { Bytes, Level } from "@voxpipe/audio";
import type { MicrophoneDevice } from "./list-microphones.ts";
import type { MicrophoneEventTarget } from "./microphone-events.ts";

/**
 * `interrupted`: no sound arrives at the moment (a lost device, a phone call, sleep, a remote track without audio yet); the
 * microphone recovers if it can.
 */
export type MicrophoneState = "live" | "interrupted" | "stopped";

/**
 * An open microphone. Its light goes out with `stop()`, when `readable` is cancelled (a failing pipe does that), with
 * `signal`, and after a failure.
 */
export interface Microphone extends MicrophoneEventTarget, AsyncDisposable {
  /** Mono s16le at `sampleRate`, in chunks of 50 ms. Ends after all audio; after a failure, with its `MicrophoneError`. */
  readonly readable: ReadableStream<Bytes>;
  /** Sample rate of `readable`, in Hz. */
  readonly sampleRate: number;
  readonly state: MicrophoneState;
  /** How loud the last 50 ms were, in dBFS; `-Infinity` is silence. */
  readonly level: Level;
  /** The device that provides the audio. */
  readonly device: MicrophoneDevice;
  readonly muted: boolean;
  /** How much audio was dropped because it was not read in time, in ms. */
  readonly droppedMs: number;
  /** Sends silence from now on, so that turns still end. */
  mute(): void;
  unmute(): void;
  /**
   * Switches to another microphone, or, without an id, to the system's default. The current one provides audio until then,
   * and stays if it fails. The later of two calls wins.
   *
   * @throws MicrophoneError
   */
  setDevice(deviceId?: string): Promise<void>;
  /** Turns the microphone off; resolves when it is off. Audio already captured stays in `readable`, which then ends. */
  stop(): Promise<void>;
  /** Calls `stop()`. */
  [Symbol.asyncDispose](): Promise<void>;
}
