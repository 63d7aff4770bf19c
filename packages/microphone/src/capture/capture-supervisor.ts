import type { Level } from "@voxpipe/audio";
import { pause } from "../async.ts";
import { defaultMicrophone } from "../list-microphones.ts";
import { MicrophoneError } from "../microphone-error.ts";
import type { MicrophoneSettings } from "../microphone-options.ts";
import type { Capture } from "./capture.ts";
import { openCapture } from "./open-capture.ts";

export interface CaptureSupervisorListener {
  audio(pcm: Uint8Array<ArrayBuffer>, level: Level): void;
  /** `running` may have changed. */
  changed(): void;
  /** Another device gives the audio now. */
  switched(): void;
  /** The given stream has ended. */
  ended(): void;
  /** No device is left. */
  failed(error: MicrophoneError): void;
}

/** Pauses, in ms, before each attempt to go on: the list of devices takes a moment to change. */
const recoveryDelays = [0, 500, 2_000];

/** Keeps one capture going, and puts another in its place when it is lost, interrupted, or no longer the default. */
export class CaptureSupervisor {
  capture: Capture | undefined;
  muted = false;
  readonly #settings: MicrophoneSettings;
  readonly #listener: CaptureSupervisorListener;
  readonly #signal: AbortSignal;
  /** The device that was asked for last, and that of the present capture; undefined: the default, whichever that is. */
  #wanted: string | undefined;
  #present: string | undefined;
  #default = "";
  /** Counts openings, so that of two the later one wins; and choices, likewise. */
  #openings = 0;
  #choices = 0;
  /** Choices under way. */
  #choosing = 0;
  #recovering = false;
  #resuming = false;

  /** @param signal ends everything but the capture, which is the caller's to finish. */
  constructor(settings: MicrophoneSettings, listener: CaptureSupervisorListener, signal: AbortSignal) {
    this.#settings = settings;
    this.#wanted = settings.deviceId;
    this.#listener = listener;
    this.#signal = signal;
  }

  async open(): Promise<void> {
    await this.#replace(this.#wanted);
    const signal = this.#signal;
    document.addEventListener("visibilitychange", () => document.hidden || void this.#resume(), { signal });
    if (this.#settings.stream) return;
    void this.#followDefault();
    navigator.mediaDevices.addEventListener("devicechange", () => void this.#followDefault(), { signal });
  }

  /**
   * Goes on with another device, the default where it is undefined. Where that fails, the present one stays. A later choice
   * wins, whichever is there first.
   */
  async choose(deviceId: string | undefined): Promise<void> {
    const choice = ++this.#choices;
    this.#wanted = deviceId;
    this.#choosing++;
    try {
      await this.#replace(deviceId);
    } catch (error) {
      if (choice === this.#choices) this.#wanted = this.#present;
      throw error;
    } finally {
      this.#choosing--;
      if (!this.#works) void this.#recover();
    }
  }

  get #works(): boolean {
    return this.capture?.track.readyState === "live" && this.capture.rendering;
  }

  async #replace(deviceId: string | undefined): Promise<void> {
    const opening = ++this.#openings;
    let opened: Capture | undefined;
    // Until there is a capture to replace, the audio counts from its first sample.
    const isHeard = () => (this.capture ? this.capture === opened : this.#openings === opening);
    const isCurrent = () => this.capture !== undefined && this.capture === opened;
    opened = await openCapture(
      this.#settings,
      deviceId,
      {
        audio: (pcm, level) => isHeard() && this.#listener.audio(pcm, level),
        ended: () => isCurrent() && this.#lost(),
        failed: (error) => isCurrent() && this.#listener.failed(error),
        changed: () => isCurrent() && void this.#resume(),
      },
      this.#signal,
    );
    if (this.#openings !== opening || this.#signal.aborted) {
      await opened.close();
      return this.#signal.throwIfAborted();
    }
    const former = this.capture;
    this.capture = opened;
    this.#present = deviceId;
    opened.mute(this.muted);
    void former?.close();
    this.#listener.changed();
    if (opening > 1) this.#listener.switched();
    // It may have ended while the context started.
    if (opened.track.readyState === "ended") this.#lost();
  }

  #lost(): void {
    if (this.#signal.aborted) return;
    if (this.#settings.stream) return this.#listener.ended();
    void this.capture?.close();
    this.capture = undefined;
    void this.#recover();
  }

  /** Until a capture works. An interrupted one stays until another is there, and on a hidden page until that is seen. */
  async #recover(): Promise<void> {
    if (this.#recovering || this.#signal.aborted || (this.capture && document.hidden)) return;
    this.#recovering = true;
    this.#listener.changed();
    try {
      await this.#openNext();
    } catch (error) {
      if (error instanceof MicrophoneError && this.#choosing === 0) this.#listener.failed(error);
    } finally {
      this.#recovering = false;
    }
  }

  async #openNext(): Promise<void> {
    let cause: unknown;
    for (const delay of recoveryDelays) {
      await pause(delay, this.#signal);
      // The device that was asked for, if it is there still, or again.
      for (const deviceId of new Set([this.#wanted, undefined])) {
        // A choice under way is the visitor's: where it fails, it comes back here.
        if (this.#choosing > 0) return;
        try {
          if (!this.#works) await this.#replace(deviceId);
          if (!this.#works) continue;
          if (this.#choosing === 0) this.#wanted = this.#present;
          return;
        } catch (error) {
          this.#signal.throwIfAborted();
          if (error instanceof MicrophoneError && error.code.startsWith("permission")) throw error;
          cause = error;
        }
      }
    }
    throw this.capture
      ? new MicrophoneError(
          "device-in-use",
          "The system interrupted the microphone, as for a call, and does not give it back. Start again when that is over.",
          { cause },
        )
      : new MicrophoneError(
          "device-lost",
          "The microphone was unplugged or withdrawn, and no other took its place. Connect one and start again.",
          { cause },
        );
  }

  /** After an interruption: makes the same capture run, or opens another. A hidden page tries when it is seen again. */
  async #resume(): Promise<void> {
    this.#listener.changed();
    const capture = this.capture;
    if (!capture || capture.rendering || this.#resuming) return;
    this.#resuming = true;
    const resumed = await capture.resume();
    this.#resuming = false;
    this.#listener.changed();
    if (resumed || document.hidden || this.capture !== capture || this.#signal.aborted) return;
    await this.#recover();
  }

  async #followDefault(): Promise<void> {
    const former = this.#default;
    const current = await defaultMicrophone().catch(() => former);
    if (current === former || current === "") return;
    this.#default = current;
    if (former === "") return;
    if (this.#wanted === undefined && this.capture) await this.#replace(undefined).catch(() => {});
  }
}
