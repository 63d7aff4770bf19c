import type { ChannelEvent, ChannelsSession } from "@voxpipe/channels";
import { type ConnectOptions, connect, type StreamingEvent, type StreamingSession } from "voxpipe";
import type { Input } from "./machine.ts";
import type { Capture, Captures, Source } from "./source/source.ts";

export type AnyEvent = StreamingEvent | ChannelEvent<string>;
type AnySession = StreamingSession | ChannelsSession<string>;

export interface RunListener {
  /** What happened, for the table. */
  report(input: Input, error?: unknown): void;
  /** Of the capture: device, interruption, or dropped audio. */
  captureChanged(): void;
  event(event: AnyEvent): void;
}

/** One capture and the session that it is sent to, from an opening to the last word; or several of both. */
export class Run {
  capture: Capture | Captures | undefined;
  session: StreamingSession | undefined;
  /** Instead of a session, if there are several sources. */
  call: ChannelsSession<string> | undefined;
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
    prepare: (signal: AbortSignal) => Promise<Source<Capture | Captures> | undefined>,
    options: { readonly sampleRate: number; readonly isMuted: () => boolean },
  ): Promise<void> {
    try {
      const { signal } = this.#giveUp;
      const source = await prepare(signal);
      if (!source || this.#isOver) return;
      const { sampleRate, isMuted } = options;
      const { deviceId } = this;
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
    const { capture } = this;
    const { signal } = this.#giveUp;
    try {
      if (!capture) return;
      if ("connect" in capture) {
        const { call, sent } = capture.connect(signal);
        this.call = call;
        this.#follow(call, sent);
      } else {
        const session = connect({ ...options, signal });
        this.session = session;
        this.#follow(session, capture.readable.pipeTo(session.audio, { preventClose: true, preventAbort: true }));
      }
    } catch (error) {
      this.#report("failed", error);
    }
  }

  /** Lets go of everything at once. Resolves when the microphone is off. */
  drop(): Promise<unknown> | undefined {
    this.#giveUp.abort();
    return this.capture?.stop();
  }

  #follow(session: AnySession, sent: Promise<void>): void {
    void this.#send(session, sent);
    void this.#read(session);
  }

  /** The session is ended by `close`, also if the source fails: what was heard before is still transcribed. */
  async #send(session: AnySession, sent: Promise<void>): Promise<void> {
    try {
      await sent;
      this.#report("sourceEnded");
    } catch (error) {
      // Of a session that failed, its events report the error.
      if (session.state !== "closed") this.#report("sourceFailed", error);
    }
  }

  async #read(session: AnySession): Promise<void> {
    try {
      for await (const event of session.events) {
        if (this.#isOver) return;
        this.#listener.event(event);
        // Several sessions are connected once the last one is, or has failed.
        const isDropped = event.type === "Reconnecting" || /connecting/.test(session.state);
        this.#report(isDropped ? "dropped" : "connected");
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
