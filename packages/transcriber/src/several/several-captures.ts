import type { Level } from "@voxpipe/audio";
import { type ChannelsOptions, type ChannelsSession, connectChannels } from "@voxpipe/channels";
import type { MicrophoneDevice, MicrophoneState } from "@voxpipe/microphone";
import type { TranscriberError } from "../failure.ts";
import { silence } from "../level-watch.ts";
import { notify } from "../notify.ts";
import type { ChannelSnapshot } from "../snapshot.ts";
import type { Capture, Captures } from "../source/source.ts";
import type { Channel } from "./channel.ts";

/** Ms; sources that open this close to each other begin together. */
const step = 50;
const none: MicrophoneDevice = { deviceId: "", label: "" };

/**
 * One opening of several sources. What a page has one of (mute, level, device) is the microphone's; or of all, if none is
 * the microphone.
 */
export class SeveralCaptures implements Captures {
  readonly #channels: readonly Channel[];
  readonly #open: readonly Channel[];
  readonly #voices: readonly Capture[];
  readonly #options: Omit<ChannelsOptions<string>, "channels"> & { readonly sampleRate: number };
  readonly #listeners = new Set<() => void>();
  #failed: Channel | undefined;
  #snapshot: Readonly<Record<string, ChannelSnapshot>> = {};

  /** @param open those of `channels` that are not over */
  constructor(
    channels: readonly Channel[],
    open: readonly Channel[],
    options: Omit<ChannelsOptions<string>, "channels"> & { readonly sampleRate: number },
  ) {
    this.#channels = channels;
    this.#open = open;
    this.#options = options;
    const hasMicrophone = channels.some(({ isMicrophone }) => isMicrophone);
    const voices = open.filter(({ isMicrophone }) => isMicrophone || !hasMicrophone);
    this.#voices = voices.flatMap(({ capture }) => capture ?? []);
    for (const { capture } of open)
      for (const type of ["statechange", "devicechange", "dropped"] as const)
        capture?.addEventListener(type, () => this.#changed());
  }

  connect(signal: AbortSignal): { readonly call: ChannelsSession<string>; readonly sent: Promise<void> } {
    const call = connectChannels({ ...this.#options, channels: this.#open.map(({ name }) => name), signal });
    const first = Math.min(...this.#open.map(({ since }) => since));
    const sending = this.#open.map(async (channel) => {
      const audio = call.audio[channel.name];
      if (audio) await channel.send(audio, this.#silence(channel.since - first));
      if (channel.error) this.#failed ??= channel;
      this.#changed();
    });
    const sent = Promise.all(sending).then(() => {
      if (this.#open.every(({ error }) => error)) throw this.#failed?.error;
    });
    return { call, sent };
  }

  /** Before a source that was opened later, so that all have one clock. */
  #silence(lateMs: number): Uint8Array {
    const ms = Math.floor(lateMs / step) * step;
    return new Uint8Array(2 * Math.round((ms * this.#options.sampleRate) / 1_000));
  }

  get channels(): Readonly<Record<string, ChannelSnapshot>> {
    const before = this.#snapshot;
    if (this.#channels.some(({ name, snapshot }) => before[name] !== snapshot))
      this.#snapshot = Object.freeze(Object.fromEntries(this.#channels.map(({ name, snapshot }) => [name, snapshot])));
    return this.#snapshot;
  }

  get error(): TranscriberError | undefined {
    return this.#failed?.snapshot.error;
  }

  get level(): Level {
    return this.#voices.reduce((loudest, { level }) => (level.peak > loudest.peak ? level : loudest), silence);
  }

  get device(): MicrophoneDevice {
    return this.#voices.find(({ state }) => state !== "stopped")?.device ?? none;
  }

  get state(): MicrophoneState {
    if (this.#open.every(({ capture }) => capture?.state === "stopped")) return "stopped";
    const states = this.#voices.map(({ state }) => state);
    return states.includes("interrupted") && !states.includes("live") ? "interrupted" : "live";
  }

  get droppedMs(): number {
    return this.#open.reduce((sum, { snapshot }) => sum + snapshot.droppedMs, 0);
  }

  mute(): void {
    for (const voice of this.#voices) voice.mute();
  }

  unmute(): void {
    for (const voice of this.#voices) voice.unmute();
  }

  /** If the microphone has ended, the choice is for the next start. */
  async setDevice(deviceId?: string): Promise<void> {
    const [voice] = this.#voices;
    if (voice?.state !== "stopped") await voice?.setDevice(deviceId);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#open.map((channel) => channel.stop()));
  }

  addEventListener(_type: string, listener: () => void): void {
    this.#listeners.add(listener);
  }

  #changed(): void {
    notify(this.#listeners);
  }
}
