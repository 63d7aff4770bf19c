import type { Level } from "@voxpipe/audio";
import { listMicrophones, type MicrophoneDevice, openMicrophone } from "@voxpipe/microphone";
import { createTranscript, type TranscriptOptions } from "@voxpipe/transcript";
import type { ConnectOptions } from "voxpipe";
import { failure, type TranscriberError } from "./failure.ts";
import { LevelWatch, silence } from "./level-watch.ts";
import { type Effect, type Input, type Phase, statusOf, type TranscriberStatus, table } from "./machine.ts";
import { listen, notify } from "./notify.ts";
import type { SourcesOptions, TranscriberOptions } from "./options.ts";
import { type AnyEvent, Run, type RunListener } from "./run.ts";
import { idleSnapshot, type TranscriberSnapshot } from "./snapshot.ts";
import { type Capture, type Captures, checkSource, type Source, sourceOf } from "./source/source.ts";

type Call = "start" | "stop" | "abort" | "pause" | "resume";

/** Does what the table says: it holds the source, the present run, and what the snapshot is made from. */
export class LiveTranscriber implements RunListener {
  snapshot: TranscriberSnapshot = idleSnapshot;
  readonly levels: LevelWatch;
  readonly microphones: NonNullable<TranscriberOptions["microphones"]>;
  readonly #options: TranscriberOptions | SourcesOptions;
  readonly #connectOptions: ConnectOptions;
  readonly #listeners = new Set<() => void>();
  #transcript: ReturnType<typeof createTranscript>;
  #phase: Phase = "idle";
  run: Run | undefined;
  /** Kept over a pause. */
  #source: Source<Capture | Captures> | undefined;
  /** Until the microphone of the run before is off. */
  #closing: Promise<unknown> | undefined;
  #muted = false;
  #deviceId: string | undefined;
  /** Counts choices of a device, of which the last one counts; and those under way. */
  #choices = 0;
  #choosing = 0;
  #error: TranscriberError | undefined;
  #waiting: { readonly status: TranscriberStatus; readonly resolve: () => void }[] = [];

  constructor(options: TranscriberOptions | SourcesOptions) {
    const { source, sources, sampleRate = 16_000, microphone, transcript, onEvent, microphones, ...rest } = options;
    for (const option of Object.values(sources ?? [source])) if (typeof option !== "function") checkSource(option);
    this.#options = options;
    this.#connectOptions = { ...rest, sampleRate };
    this.microphones = microphones ?? { openMicrophone, listMicrophones };
    this.#deviceId = microphone?.deviceId || undefined;
    this.#transcript = this.#begin(transcript);
    this.levels = new LevelWatch(() => this.run?.capture?.level);
    this.snapshot = Object.freeze(this.#state());
  }

  get level(): Level {
    return this.run?.capture?.level ?? silence;
  }

  subscribe(listener: () => void): () => void {
    return listen(this.#listeners, listener);
  }

  /** Resolves when the call has come to an end, good or bad. */
  call(input: Call): Promise<void> {
    this.report(input);
    const status = input === "start" || input === "resume" ? "starting" : "finishing";
    return new Promise((resolve) => {
      if (this.#isUnderWay(status)) this.#waiting.push({ status, resolve });
      else resolve();
    });
  }

  /** In a restart, a stop and a start are. */
  #isUnderWay(status: TranscriberStatus): boolean {
    return this.#phase === "restarting" || statusOf[this.#phase] === status;
  }

  report(input: Input, error?: unknown): void {
    const was = this.#phase;
    const step = table[was][input];
    if (!step) return;
    const [phase, ...effects] = step;
    this.#phase = phase;
    if (input === "start" || input === "resume") this.#error = undefined;
    // Of two errors in a row the first one is the cause.
    if (error !== undefined && !(was === "failing" && this.#error)) this.#error = failure(error);
    for (const effect of effects) this.#do(effect);
    this.levels.update();
    this.#waiting = this.#waiting.filter(({ status, resolve }) => this.#isUnderWay(status) || void resolve());
    this.changed();
  }

  event(event: AnyEvent): void {
    this.#transcript.push(event);
    const { onEvent }: { readonly onEvent?: RunListener["event"] | undefined } = this.#options;
    if (onEvent) notify([onEvent], event);
  }

  mute(muted: boolean): void {
    this.#muted = muted;
    const capture = this.run?.capture;
    if (muted) capture?.mute();
    else capture?.unmute();
    this.changed();
  }

  async setDevice(id?: string): Promise<void> {
    const deviceId = id || undefined;
    const choice = ++this.#choices;
    this.#deviceId = deviceId;
    this.changed();
    const run = this.run;
    const capture = run?.capture;
    // A later start, or the opening that is under way, follows the choice.
    const isOff = () => capture?.state === "stopped";
    if (!run || !capture || isOff()) return;
    let error: TranscriberError | undefined;
    this.#choosing++;
    try {
      await capture.setDevice(deviceId);
      // An earlier choice resolves without effect.
      if (choice === this.#choices || capture.device.deviceId === deviceId) run.deviceId = deviceId;
    } catch (cause) {
      error = failure(cause);
    }
    this.#choosing--;
    if (choice !== this.#choices || run !== this.run || isOff()) return;
    this.#deviceId = run.deviceId;
    this.#error = error;
    this.changed();
  }

  clear(): void {
    const { keep } = this.#options.transcript ?? {};
    this.#transcript = this.#begin({ keep });
    this.changed();
  }

  #begin(options?: TranscriptOptions) {
    const transcript = createTranscript(options);
    transcript.subscribe(() => this.changed());
    return transcript;
  }

  captureChanged(): void {
    const run = this.run;
    this.#error ??= run?.capture?.error;
    const heard = run?.capture?.device.deviceId;
    // A chosen device that was lost is followed by the system's default.
    if (run?.deviceId !== undefined && this.#choosing === 0 && heard && heard !== run.deviceId)
      this.#deviceId = run.deviceId = undefined;
    this.changed();
  }

  changed(): void {
    const next = this.#state();
    const present: Readonly<Record<string, unknown>> = { ...this.snapshot };
    if (Object.entries(next).every(([key, value]) => Object.is(present[key], value))) return;
    this.snapshot = Object.freeze(next);
    notify(this.#listeners);
  }

  #do(effect: Effect): void {
    const run = this.run;
    switch (effect) {
      case "open":
        this.#open();
        break;
      case "connect":
        if (run?.deviceId !== this.#deviceId) void this.setDevice(this.#deviceId);
        // A run is a further session, whichever of its channels begins first.
        if (run?.capture?.channels) this.#transcript.push({ type: "Begin" });
        run?.connect(this.#connectOptions);
        break;
      case "hush":
        void run?.capture?.stop();
        break;
      case "close":
        // Events end after it, or fail.
        void (run?.session ?? run?.call)?.close();
        break;
      case "drop":
        this.run = undefined;
        this.#closing = run?.drop();
        break;
      case "forget":
        this.#source?.release();
        this.#source = undefined;
    }
  }

  #open(): void {
    const run = new Run(this.#deviceId, this);
    this.run = run;
    const { sampleRate = 16_000 } = this.#options;
    void run.open((signal) => this.#prepare(signal), { sampleRate, isMuted: () => this.#muted });
  }

  /** Without a wait if nothing has to be waited for: browsers open some sources only in a click's own task. */
  async #prepare(signal: AbortSignal): Promise<Source<Capture | Captures> | undefined> {
    if (this.#closing) await this.#closing;
    if (signal.aborted) return undefined;
    if (this.#source) return this.#source;
    const source = await sourceOf(this.#options, this.microphones.openMicrophone, signal);
    if (signal.aborted) return void source.release();
    this.#source = source;
    return source;
  }

  #state(): TranscriberSnapshot {
    const run = this.run;
    const capture = run?.capture?.state === "stopped" ? undefined : run?.capture;
    const device = this.#device(capture?.device);
    const { droppedMs, channels = idleSnapshot.channels } = run ? (run.capture ?? idleSnapshot) : this.snapshot;
    return {
      status: statusOf[this.#phase],
      transcript: this.#transcript.snapshot,
      muted: this.#muted,
      deviceId: this.#deviceId,
      device,
      interrupted: capture?.state === "interrupted",
      droppedMs,
      channels,
      error: this.#error,
    };
  }

  #device(device: MicrophoneDevice | undefined): MicrophoneDevice | undefined {
    if (!device?.label && !device?.deviceId) return undefined;
    const present = this.snapshot.device;
    return present?.deviceId === device.deviceId && present.label === device.label ? present : device;
  }
}
