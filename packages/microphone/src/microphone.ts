import type { Bytes, Level } from "@voxpipe/audio";
import type { MicrophoneDevice } from "./list-microphones.ts";
import type { MicrophoneEventTarget } from "./microphone-events.ts";

/**
 * `interrupted`: no sound comes through just now (a lost device, a call on the phone, sleep, a remote track that is not
 * there yet), and it is being mended if that is possible.
 */
export type MicrophoneState = "live" | "interrupted" | "stopped";

/**
 * An open microphone. Its light goes out with `stop()`, with the cancelling of `readable` (as a pipe does that fails), with
 * `signal`, and with a failure.
 */
export interface Microphone extends MicrophoneEventTarget, AsyncDisposable {
  /** Mono s16le at `sampleRate`, in chunks of 50 ms. Ends after all audio; after a failure with its `MicrophoneError`. */
  readonly readable: ReadableStream<Bytes>;
  /** Hz. */
  readonly sampleRate: number;
  readonly state: MicrophoneState;
  /** How loud the last 50 ms were, in dBFS; `-Infinity` is silence. */
  readonly level: Level;
  /** The device that gives the audio. */
  readonly device: MicrophoneDevice;
  readonly muted: boolean;
  /** Audio that was lost because nobody read it in time, in ms. */
  readonly droppedMs: number;
  /** From now on silence is given, so that turns still end. */
  mute(): void;
  unmute(): void;
  /**
   * Goes on with another microphone, or, without an id, with the system's default. The present one gives audio until then,
   * and after a failure. Of two calls the later one wins.
   *
   * @throws MicrophoneError
   */
  setDevice(deviceId?: string): Promise<void>;
  /** Turns the microphone off; resolves when it is. What it has heard stays in `readable`, which then ends. */
  stop(): Promise<void>;
  /** `stop()`. */
  [Symbol.asyncDispose](): Promise<void>;
}
