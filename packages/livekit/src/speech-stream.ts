import { type APIConnectOptions, stt } from "@livekit/agents";
import { connect, type StreamingSession } from "voxpipe";
import { toApiError } from "./api-errors.ts";
import { monoBytes } from "./audio-frames.ts";
import type { STT, STTOptions } from "./stt.ts";
import { TurnEvents } from "./turn-events.ts";

/** Hz. */
const defaultRate = 16_000;

/**
 * One stream of LiveKit's audio through one session. The session reconnects by itself, and replays what a drop left open, so the
 * framework has nothing to retry: an error that reaches it is final.
 */
export class SpeechStream extends stt.SpeechStream {
  label = "voxpipe.SpeechStream";
  readonly #options: STTOptions;
  readonly #onEnd: () => void;
  #session: StreamingSession | undefined;

  constructor(owner: STT, options: STTOptions, connOptions: APIConnectOptions | undefined, onEnd: () => void) {
    super(owner, options.sampleRate ?? defaultRate, connOptions);
    this.#options = {
      ...(connOptions && {
        connectTimeout: connOptions.timeoutMs,
        maxConnectionRetries: connOptions.maxRetry,
        connectionRetryDelay: connOptions.retryIntervalMs,
      }),
      sampleRate: defaultRate,
      ...options,
    };
    this.#onEnd = onEnd;
  }

  /** Does nothing once the session has ended. */
  updateKeyterms(keytermsPrompt: string[]): void {
    this.#session?.updateConfiguration({ keytermsPrompt }).catch(() => {});
  }

  protected override async run(): Promise<void> {
    const events = new TurnEvents(this.#options, () => this.startTimeOffset);
    try {
      const session = connect({ ...this.#options, encoding: "pcm_s16le" });
      this.#session = session;
      // Gracefully, since what is billed ends with the service's word; the stream's own end does not wait for it.
      const stop = () => void session.close().catch(() => {});
      if (this.abortSignal.aborted) stop();
      this.abortSignal.addEventListener("abort", stop, { once: true });
      try {
        await this.#carry(session, events);
      } finally {
        this.abortSignal.removeEventListener("abort", stop);
      }
    } catch (error) {
      if (!this.abortSignal.aborted) throw toApiError(error);
    } finally {
      this.#onEnd();
    }
  }

  async #carry(session: StreamingSession, events: TurnEvents): Promise<void> {
    const sending = new AbortController();
    void this.#send(session, sending.signal);
    let reportedMs = 0;
    const usage = () => {
      const sentMs = session.stats().audioSentMs;
      const audioDuration = (sentMs - reportedMs) / 1000;
      reportedMs = sentMs;
      if (audioDuration > 0)
        this.#put({
          type: stt.SpeechEventType.RECOGNITION_USAGE,
          requestId: events.requestId,
          recognitionUsage: { audioDuration },
        });
    };
    try {
      for await (const event of session.events) {
        for (const speech of events.push(event)) this.#put(speech);
        if (event.type === "Turn" && event.end_of_turn) usage();
      }
    } finally {
      sending.abort();
      for (const speech of events.end()) this.#put(speech);
      usage();
    }
  }

  /** What the session does not take any more, it says in its events. */
  async #send(session: StreamingSession, ended: AbortSignal): Promise<void> {
    const writer = session.audio.getWriter();
    writer.closed.catch(() => {});
    try {
      for await (const item of this.input) {
        if (ended.aborted) return;
        if (item === SpeechStream.FLUSH_SENTINEL) session.forceEndpoint().catch(() => {});
        else if (item.samplesPerChannel > 0) {
          writer.write(monoBytes(item)).catch(() => {});
          await writer.ready;
        }
      }
      await writer.close();
    } catch {}
  }

  #put(event: stt.SpeechEvent): void {
    if (!this.queue.closed) this.queue.put(event);
  }
}
