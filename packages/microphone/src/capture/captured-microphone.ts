import type { Bytes, Level } from "@voxpipe/audio";
import type { MicrophoneDevice } from "../list-microphones.ts";
import type { Microphone, MicrophoneState } from "../microphone.ts";
import { MicrophoneError } from "../microphone-error.ts";
import { DroppedEvent, MicrophoneEventTarget } from "../microphone-events.ts";
import { checkDeviceId, type MicrophoneSettings } from "../microphone-options.ts";
import { PcmStream } from "../pcm/pcm-stream.ts";
import { CaptureSupervisor } from "./capture-supervisor.ts";

const silence: Level = { rms: Number.NEGATIVE_INFINITY, peak: Number.NEGATIVE_INFINITY };

/**
 * A microphone of the browser. Its light goes out with `stop()`, when `readable` is cancelled (a failing pipe does that),
 * with `signal`, and after a failure.
 */
export class CapturedMicrophone extends MicrophoneEventTarget implements Microphone {
  readonly readable: ReadableStream<Bytes>;
  readonly sampleRate: number;
  readonly #settings: MicrophoneSettings;
  readonly #pcm: PcmStream;
  readonly #supervisor: CaptureSupervisor;
  readonly #ending = new AbortController();
  #level = silence;
  #droppedMs = 0;
  #shown: MicrophoneState = "interrupted";
  #stopping: Promise<void> | undefined;

  /** @internal Created by `openMicrophone`. */
  constructor(settings: MicrophoneSettings) {
    super();
    this.#settings = settings;
    this.sampleRate = settings.sampleRate;
    const bytesPerMs = (2 * settings.sampleRate) / 1000;
    this.#pcm = new PcmStream(settings.audioBuffer * bytesPerMs, {
      dropped: (bytes, offset) => {
        this.#droppedMs += bytes / bytesPerMs;
        this.dispatchEvent(new DroppedEvent(bytes / bytesPerMs, offset / bytesPerMs));
      },
      cancelled: () => void this.stop(),
    });
    this.readable = this.#pcm.readable;
    this.#supervisor = new CaptureSupervisor(
      settings,
      {
        audio: (pcm, level) => this.#hear(pcm, level),
        changed: () => this.#showState(),
        switched: () => this.dispatchEvent(new Event("devicechange")),
        ended: () => this.#streamEnded(),
        failed: (error) => this.#fail(error),
      },
      this.#ending.signal,
    );
  }

  /** @internal */
  async open(): Promise<void> {
    const { signal } = this.#settings;
    const abort = () => {
      this.#fail(
        new MicrophoneError("aborted", "The microphone was aborted by the signal option.", { cause: signal?.reason }),
      );
    };
    signal?.addEventListener("abort", abort, { signal: this.#ending.signal });
    if (signal?.aborted) abort();
    try {
      await this.#supervisor.open();
      this.#ending.signal.throwIfAborted();
    } catch (error) {
      if (error instanceof Error) this.#fail(error);
      throw error;
    }
  }

  get state(): MicrophoneState {
    if (this.#stopping) return "stopped";
    return this.#supervisor.capture?.running ? "live" : "interrupted";
  }

  get level(): Level {
    return this.state === "live" && !this.muted ? this.#level : silence;
  }

  get device(): MicrophoneDevice {
    const track = this.#supervisor.capture?.track;
    return { deviceId: track?.getSettings().deviceId ?? "", label: track?.label ?? "" };
  }

  get muted(): boolean {
    return this.#supervisor.muted;
  }

  get droppedMs(): number {
    return this.#droppedMs;
  }

  mute(): void {
    this.#mute(true);
  }

  unmute(): void {
    this.#mute(false);
  }

  async setDevice(deviceId?: string): Promise<void> {
    if (this.#settings.stream) {
      throw new MicrophoneError(
        "invalid-options",
        "A stream passed as an option has no device to change. Stop it and open a microphone instead.",
      );
    }
    if (this.#stopping) throw new MicrophoneError("stopped", "The microphone was stopped. Open it again.");
    if (deviceId !== undefined) checkDeviceId(deviceId);
    await this.#supervisor.choose(deviceId || undefined);
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#finish("The microphone was stopped while it was being opened or changed. Open it again.");
    return this.#stopping;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #hear(pcm: Uint8Array<ArrayBuffer>, level: Level): void {
    // Audio that the worklet sent before it was muted.
    if (this.muted) pcm.fill(0);
    this.#level = level;
    this.heard(level);
    this.#pcm.push(pcm);
  }

  /** Another 50 ms have come. */
  protected heard(_level: Level): void {}

  #mute(muted: boolean): void {
    this.#supervisor.muted = muted;
    this.#supervisor.capture?.mute(muted);
  }

  #streamEnded(): void {
    this.#stopping ??= this.#finish("The stream's audio track ended while it was being opened. Pass a live one.");
  }

  /** @param why the message of calls that are still pending. */
  async #finish(why: string): Promise<void> {
    this.#ending.abort(new MicrophoneError("stopped", why));
    queueMicrotask(() => this.#showState());
    await this.#supervisor.capture?.finish();
    this.#pcm.end();
  }

  /** Ends everything at once. Audio from before a device failed can still be read; after an abort it cannot. */
  #fail(error: Error): void {
    if (this.#stopping) return;
    this.#ending.abort(error);
    if (error instanceof MicrophoneError && error.code === "aborted") this.#pcm.abort(error);
    else this.#pcm.end(error);
    this.#stopping = this.#supervisor.capture?.close() ?? Promise.resolve();
    this.#showState();
  }

  #showState(): void {
    const state = this.state;
    if (state === this.#shown) return;
    this.#shown = state;
    this.dispatchEvent(new Event("statechange"));
  }
}
