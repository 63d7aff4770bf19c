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
  /** Another device provides the audio now. */
  switched(): void;
  /** The given stream has ended. */
  ended(): void;
  /** No device is left. */
  failed(error: MicrophoneError): void;
}

/** Pauses, in ms, before each recovery attempt: the list of devices takes a moment to change. */
const recoveryDelays = [0, 500, 2_000];

/** Keeps one capture running, and replaces it when its device is lost, interrupted, or no longer the default. */
export class CaptureSupervisor {
  capture: Capture | undefined;
  muted: boolean;
  readonly #settings: MicrophoneSettings;
  readonly #listener: CaptureSupervisorListener;
  readonly #signal: AbortSignal;
  /** The device requested last, and that of the current capture; undefined means the default. */
  #wanted: string | undefined;
  #present: string | undefined;
  #default = "";
  /** The latest opening: an earlier one that is still in progress was aborted. */
  #opening: AbortController | undefined;
  /** Counts choices, so that the later of two wins. */
  #choices = 0;
  /** Choices in progress. */
  #choosing = 0;
  #recovering = false;
  #resuming = false;

  /** @param signal ends everything except the capture, which the caller finishes. */
  constructor(settings: MicrophoneSettings, listener: CaptureSupervisorListener, signal: AbortSignal) {
    this.#settings = settings;
    this.#wanted = settings.deviceId;
    this.muted = settings.muted;
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
   * Switches to another device, or to the default if `deviceId` is undefined. If that fails, the current one stays. The later
   * of two choices wins, even if the earlier one opens last.
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

  /** A later call ends this one, which then resolves: a device that is granted too late is turned off at once. */
  async #replace(deviceId: string | undefined): Promise<void> {
    const isFirst = this.#opening === undefined;
    const opening = new AbortController();
    this.#opening?.abort();
    this.#opening = opening;
    const abort = () => opening.abort(this.#signal.reason);
    this.#signal.addEventListener("abort", abort, { signal: opening.signal });
    if (this.#signal.aborted) abort();
    let opened: Capture | undefined;
    // Before the first capture is ready, its audio counts from the first sample.
    const isHeard = () => (this.capture ? this.capture === opened : this.#opening === opening);
    const isCurrent = () => this.capture !== undefined && this.capture === opened;
    try {
      opened = await openCapture(
        this.#settings,
        deviceId,
        {
          audio: (pcm, level) => isHeard() && this.#listener.audio(pcm, level),
          ended: () => isCurrent() && this.#lost(),
          failed: (error) => isCurrent() && this.#listener.failed(error),
          changed: () => isCurrent() && void this.#resume(),
        },
        opening.signal,
      );
      opening.signal.throwIfAborted();
    } catch (error) {
      void opened?.close();
      this.#signal.throwIfAborted();
      if (opening.signal.aborted) return;
      throw error;
    } finally {
      this.#signal.removeEventListener("abort", abort);
    }
    const former = this.capture;
    this.capture = opened;
    this.#present = deviceId;
    opened.mute(this.muted);
    void former?.close();
    this.#listener.changed();
    if (!isFirst) this.#listener.switched();
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

  /** Tries until a capture works. An interrupted one stays until its replacement is ready; a hidden page waits until it is shown. */
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
      // The requested device, if it is still there or back.
      for (const deviceId of new Set([this.#wanted, undefined])) {
        // A choice in progress is the visitor's: if it fails, it calls this again.
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
          "The system interrupted the microphone, for example for a call, and did not return it. Start again when the interruption is over.",
          { cause },
        )
      : new MicrophoneError(
          "device-lost",
          "The microphone was unplugged or its permission withdrawn, and no other one could replace it. Connect one and start again.",
          { cause },
        );
  }

  /** After an interruption: resumes the same capture, or opens another. A hidden page tries again when it is shown. */
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
