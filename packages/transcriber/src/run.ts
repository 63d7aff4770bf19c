import { type ConnectOptions, connect, type StreamingEvent, type StreamingSession } from "voxpipe";
import type { Input } from "./machine.ts";
import type { Capture, Source } from "./source/source.ts";

export interface RunListener {
  /** What happened, for the table. */
  report(input: Input, error?: unknown): void;
  /** Of the capture: device, interruption, or dropped audio. */
  captureChanged(): void;
  event(event: StreamingEvent): void;
}

/** One capture and the session that it is sent to, from an opening to the last word. */
export class Run {
  capture: Capture | undefined;
  session: StreamingSession | undefined;
  /** The choice that the capture follows. */
  deviceId: string | undefined;
  readonly #giveUp = new AbortController();
  readonly #listener: RunListener;

  constructor(deviceId: string | undefined, listener: RunListener) {
    this.deviceId = deviceId;
    this.#listener = listener;
  }

  get #isOver(): boolean {
    return this.#giveUp.signal.aborted;
  }

  /** @param prepare resolves to the source, when nothing else is open; undefined if this run was dropped meanwhile */
  async open(
    prepare: (isOver: () => boolean) => Promise<Source | undefined>,
    options: { readonly sampleRate: number; readonly isMuted: () => boolean },
  ): Promise<void> {
    try {
      const source = await prepare(() => this.#isOver);
      if (!source || this.#isOver) return;
      const { sampleRate, isMuted } = options;
      const { deviceId } = this;
      const { signal } = this.#giveUp;
      const capture = await source.open({ deviceId, sampleRate, muted: isMuted(), signal });
      if (this.#isOver) return void capture.stop();
      this.capture = capture;
      if (isMuted()) capture.mute();
      else capture.unmute();
      for (const type of ["statechange", "devicechange", "dropped"] as const)
        capture.addEventListener(type, () => this.#isOver || this.#listener.captureChanged());
      this.#report("opened");
    } catch (error) {
      this.#report("failed", error);
    }
  }

  connect(options: ConnectOptions): void {
    try {
      this.session = connect({ ...options, signal: this.#giveUp.signal });
      void this.#send(this.session);
      void this.#read(this.session);
    } catch (error) {
      this.#report("failed", error);
    }
  }

  /** Lets go of everything at once. Resolves when the microphone is off. */
  drop(): Promise<unknown> | undefined {
    this.#giveUp.abort();
    return this.capture?.stop();
  }

  /** The session is ended by `close`, also if the source fails: what was heard before is still transcribed. */
  async #send(session: StreamingSession): Promise<void> {
    try {
      await this.capture?.readable.pipeTo(session.audio, { preventClose: true, preventAbort: true });
      this.#report("sourceEnded");
    } catch (error) {
      // Of a session that failed, its events report the error.
      if (session.state !== "closed") this.#report("sourceFailed", error);
    }
  }

  async #read(session: StreamingSession): Promise<void> {
    try {
      for await (const event of session.events) {
        if (this.#isOver) return;
        this.#listener.event(event);
        if (event.type === "Begin" || event.type === "Reconnected") this.#report("connected");
        if (event.type === "Reconnecting") this.#report("dropped");
      }
      this.#report("ended");
    } catch (error) {
      this.#report("failed", error);
    }
  }

  #report(input: Input, error?: unknown): void {
    if (!this.#isOver) this.#listener.report(input, error);
  }
}
