import { type Bytes, decodeMono, type Level, measureLevel } from "@voxpipe/audio";
import type { MicrophoneDevice } from "../list-microphones.ts";
import type { Microphone, MicrophoneState } from "../microphone.ts";
import { MicrophoneError, type MicrophoneErrorCode } from "../microphone-error.ts";
import { DroppedEvent, MicrophoneEventTarget } from "../microphone-events.ts";
import { checkDeviceId } from "../microphone-options.ts";
import { type FakeAudio, fakePcm } from "./fake-audio.ts";

const chunkMs = 50;
const silence: Level = { rms: Number.NEGATIVE_INFINITY, peak: Number.NEGATIVE_INFINITY };

/** The default devices. The first one is the system's default. */
export const fakeDevices: readonly MicrophoneDevice[] = [
  { deviceId: "fake-1", label: "Fake microphone 1" },
  { deviceId: "fake-2", label: "Fake microphone 2" },
];

export interface FakeMicrophoneSettings {
  /**
   * Sample rate of `readable`, in Hz; the audio is converted to it.
   * @default 16000
   */
  readonly sampleRate?: number | undefined;
  /**
   * Waits before each chunk, given its duration in ms: `(ms) => new Promise((go) => setTimeout(go, ms))` plays in real time,
   * or in the time of Vitest's fake timers.
   * @default no wait: as fast as it is read
   */
  readonly wait?: ((ms: number) => Promise<unknown>) | undefined;
  /**
   * What comes after the audio: the end, as after `stop()`, or silence until `stop()`.
   * @default "end"
   */
  readonly after?: "end" | "silence" | undefined;
  /** @default `fakeDevices` */
  readonly devices?: readonly MicrophoneDevice[] | undefined;
  /**
   * Which of `devices` provides the audio at first.
   * @default the first
   */
  readonly deviceId?: string | undefined;
  /** @default false */
  readonly muted?: boolean | undefined;
}

/** Lets other tasks run in between: a reader that never waits would block them. Not affected by fake timers. */
function takeTurns(): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}

export type FakeMicrophoneOptions = FakeMicrophoneSettings & FakeAudio;

/** A microphone that plays given audio and can be made to fail. */
export interface FakeMicrophone extends Microphone {
  /** Interrupts it, as when the system takes the device away for a while: no audio until `resume()`. */
  interrupt(): void;
  resume(): void;
  /**
   * Fails as a real microphone does: `readable` errors after what was read, and `state` becomes `stopped`.
   * @param code defaults to `device-lost`
   */
  lose(code?: MicrophoneErrorCode): void;
  /** Drops the next `ms` of the audio, as for a slow reader, and dispatches a `dropped` event. */
  drop(ms: number): void;
}

/**
 * A microphone for tests, without a browser: plays PCM or a WAV file in chunks of 50 ms, as fast as it is read. Every run
 * is the same.
 *
 * @throws AudioError if the audio cannot be read; MicrophoneError `no-device` if `deviceId` is not among `devices`.
 * @example
 * const microphone = fakeMicrophone({ audio: new Int16Array(16_000) }); // one second of silence
 */
export function fakeMicrophone(options: FakeMicrophoneOptions): FakeMicrophone {
  return new PlayedMicrophone(options);
}

class PlayedMicrophone extends MicrophoneEventTarget implements FakeMicrophone {
  readonly readable: ReadableStream<Bytes>;
  readonly sampleRate: number;
  muted: boolean;
  droppedMs = 0;
  readonly #pcm: Bytes;
  readonly #wait: (ms: number) => Promise<unknown>;
  readonly #after: "end" | "silence";
  readonly #devices: readonly MicrophoneDevice[];
  #device: MicrophoneDevice;
  #state: MicrophoneState = "live";
  #level = silence;
  /** Bytes provided so far: of the audio, then of silence. */
  #at = 0;
  #controller: ReadableStreamDefaultController<Bytes> | undefined;
  /** Resolves when the interruption is over. */
  #resumed: Promise<void> = Promise.resolve();
  #resume = () => {};
  #finish = () => {};
  readonly #finished = new Promise<void>((resolve) => {
    this.#finish = resolve;
  });

  constructor(options: FakeMicrophoneOptions) {
    super();
    const { sampleRate = 16_000, wait = takeTurns, devices = fakeDevices, deviceId, muted = false } = options;
    this.muted = muted;
    this.sampleRate = sampleRate;
    this.#pcm = fakePcm(options, sampleRate);
    this.#wait = wait;
    this.#after = options.after ?? "end";
    this.#devices = devices;
    this.#device = this.#find(deviceId);
    this.readable = new ReadableStream<Bytes>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => this.#give(),
        cancel: () => {
          this.#controller = undefined;
          return this.stop();
        },
      },
      { highWaterMark: 0 },
    );
  }

  get state(): MicrophoneState {
    return this.#state;
  }

  get level(): Level {
    return this.#state === "live" && !this.muted ? this.#level : silence;
  }

  get device(): MicrophoneDevice {
    return this.#device;
  }

  mute(): void {
    this.muted = true;
  }

  unmute(): void {
    this.muted = false;
  }

  async setDevice(deviceId?: string): Promise<void> {
    if (this.#state === "stopped") throw new MicrophoneError("stopped", "The microphone was stopped. Open it again.");
    if (deviceId !== undefined) checkDeviceId(deviceId);
    this.#device = this.#find(deviceId);
    this.dispatchEvent(new Event("devicechange"));
  }

  async stop(): Promise<void> {
    if (this.#state === "stopped") return;
    this.#end(() => this.#controller?.close());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  interrupt(): void {
    if (this.#state !== "live") return;
    this.#resumed = new Promise((resolve) => {
      this.#resume = resolve;
    });
    this.#set("interrupted");
  }

  resume(): void {
    if (this.#state !== "interrupted") return;
    this.#set("live");
    this.#resume();
  }

  lose(code: MicrophoneErrorCode = "device-lost"): void {
    if (this.#state === "stopped") return;
    const error = new MicrophoneError(code, `The fake microphone failed with ${code}, as the test asked.`);
    this.#end(() => this.#controller?.error(error));
  }

  drop(ms: number): void {
    if (this.#state === "stopped") return;
    const startMs = this.#msAt(this.#at);
    this.#at += 2 * Math.round((ms * this.sampleRate) / 1000);
    this.droppedMs += ms;
    this.dispatchEvent(new DroppedEvent(ms, startMs));
  }

  /** Provides one chunk when its time has come; nothing if it ends before. */
  async #give(): Promise<void> {
    await Promise.race([this.#finished, this.#wait(chunkMs)]);
    // It may be interrupted again before this continues.
    while (this.#state === "interrupted") await Promise.race([this.#finished, this.#resumed]);
    if (this.#state === "stopped") return;
    const chunk = this.#next();
    if (!chunk) return this.stop();
    this.#level = measureLevel(decodeMono(chunk, "s16le"));
    this.#controller?.enqueue(chunk);
  }

  #next(): Bytes | undefined {
    const full = 2 * Math.round((this.sampleRate * chunkMs) / 1000);
    const left = this.#pcm.slice(this.#at, this.#at + full);
    if (left.length === 0 && this.#after === "end") return undefined;
    this.#at += this.#after === "end" ? left.length : full;
    if (this.#after === "end") return this.muted ? left.fill(0) : left;
    const chunk = new Uint8Array(full);
    if (!this.muted) chunk.set(left);
    return chunk;
  }

  #msAt(bytes: number): number {
    return bytes / ((2 * this.sampleRate) / 1000);
  }

  #find(deviceId: string | undefined): MicrophoneDevice {
    const found = deviceId ? this.#devices.find((device) => device.deviceId === deviceId) : this.#devices[0];
    if (found) return found;
    const names = this.#devices.map((device) => device.deviceId).join(", ") || "none";
    throw new MicrophoneError("no-device", `There is no fake microphone ${deviceId ?? ""}. Choose one of: ${names}.`);
  }

  #end(close: () => void): void {
    this.#set("stopped");
    this.#finish();
    close();
    this.#controller = undefined;
  }

  #set(state: MicrophoneState): void {
    this.#state = state;
    this.dispatchEvent(new Event("statechange"));
  }
}
