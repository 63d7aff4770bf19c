import { type AudioStream, StreamingError } from "voxpipe";
import { ChannelError } from "../failure.ts";
import type { ChannelSnapshot } from "../snapshot.ts";
import type { Capture, OpenOptions, Source } from "../source/source.ts";

/** One of several sources, by its name. */
export class Channel {
  readonly name: string;
  readonly source: Source;
  readonly isMicrophone: boolean;
  capture: Capture | undefined;
  /** Whether it ended by itself, or failed. It is not opened again. */
  isOver = false;
  /** Why it failed. */
  error: ChannelError | undefined;
  #since = 0;
  #isStopped = false;
  #hasEnded = false;
  #snapshot: ChannelSnapshot | undefined;
  /** What the snapshot's error was made of. */
  #wrong: unknown;

  constructor(name: string, source: Source, isMicrophone: boolean) {
    this.name = name;
    this.source = source;
    this.isMicrophone = isMicrophone;
  }

  async open(how: OpenOptions): Promise<Capture> {
    try {
      const capture = await this.source.open(how);
      this.#since = capture.since ?? performance.now();
      this.#isStopped = this.#hasEnded = false;
      this.error = undefined;
      this.capture = capture;
      return capture;
    } catch (cause) {
      throw new ChannelError(cause, this.name);
    }
  }

  /** When the audio begins that it will give, on the clock of `performance`. */
  get since(): number {
    return this.#since + (this.capture?.droppedMs ?? 0);
  }

  /** The same object until something changes. */
  get snapshot(): ChannelSnapshot {
    const { capture } = this;
    const before = this.#snapshot;
    const status = this.error ? "failed" : this.#status;
    const droppedMs = capture?.droppedMs ?? 0;
    const wrong = this.error ?? capture?.problem;
    if (before?.status === status && before.droppedMs === droppedMs && this.#wrong === wrong) return before;
    this.#wrong = wrong;
    const error = wrong && (this.error ?? new ChannelError(wrong, this.name)).failure;
    this.#snapshot = Object.freeze({ status, droppedMs, error });
    return this.#snapshot;
  }

  get #status() {
    const state = this.#hasEnded ? "stopped" : this.capture?.state;
    return state === "live" ? "open" : state === "interrupted" ? state : "ended";
  }

  /** Sends silence, and all that it gives; then its session ends, behind its last words. Never rejects. */
  async send(audio: AudioStream, silence: Uint8Array): Promise<void> {
    try {
      await write(silence, audio);
      // Of a source that fails, what was heard before is still transcribed.
      await this.capture?.readable.pipeTo(audio, { preventClose: true, preventAbort: true });
    } catch (cause) {
      const hasEnded = cause instanceof StreamingError && cause.code === "session-ended";
      if (!hasEnded) this.error = new ChannelError(cause, this.name);
    }
    this.#hasEnded = true;
    this.isOver = !this.#isStopped;
    if (this.isOver) {
      void this.capture?.stop();
      this.source.release();
    }
    audio.close().catch(() => {});
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.capture?.stop();
  }
}

/** In pieces, so that no write is large. */
async function write(bytes: Uint8Array, audio: AudioStream): Promise<void> {
  const writer = audio.getWriter();
  try {
    for (let at = 0; at < bytes.length; at += 32_000) await writer.write(bytes.subarray(at, at + 32_000));
  } finally {
    writer.releaseLock();
  }
}
