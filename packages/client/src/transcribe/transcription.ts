import { type AudioEncoding, onAbort, type StreamingEvent, type StreamingSession } from "@voxpipe/core";
import { type PreparedAudio, prepareAudio } from "./prepare-audio.ts";
import { sendAudio } from "./send-audio.ts";
import type { TranscribeSource } from "./transcribe-source.ts";

/**
 * The events of one transcription, for one `for await` loop. Nothing is read and nothing is sent before the loop begins.
 * Leaving the loop, or disposing of it, ends the session gracefully and closes the source.
 */
export interface Transcription extends AsyncIterable<StreamingEvent>, AsyncDisposable {
  [Symbol.asyncIterator](): AsyncIterator<StreamingEvent, undefined>;
}

/** What `transcribe` itself looks at of the options of `connect`. */
export interface AudioOptions {
  encoding?: AudioEncoding | undefined;
  sampleRate?: number | undefined;
  signal?: AbortSignal | undefined;
  onWarning?: ((message: string) => void) | undefined;
}

type Result = IteratorResult<StreamingEvent, undefined>;

const ended: Result = { done: true, value: undefined };

/** `transcribe` over the `connect` of a platform. */
export function transcribeOn<Options extends AudioOptions>(
  connect: (options: Options) => StreamingSession,
  source: TranscribeSource,
  options: Options,
): Transcription {
  // A promise that rejects before the loop begins is not yet anyone's.
  if (isPromise(source)) Promise.resolve(source).catch(() => {});
  return new OpenedOnDemand(connect, source, options);
}

class OpenedOnDemand<Options extends AudioOptions> implements Transcription, AsyncIterator<StreamingEvent, undefined> {
  readonly #connect: (options: Options) => StreamingSession;
  readonly #source: TranscribeSource;
  readonly #options: Options;
  /** Ends the opening of the source. */
  readonly #stop = new AbortController();
  #events: Promise<ReadableStreamDefaultReader<StreamingEvent>> | undefined;
  #over = false;

  constructor(connect: (options: Options) => StreamingSession, source: TranscribeSource, options: Options) {
    this.#connect = connect;
    this.#source = source;
    this.#options = options;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<Result> {
    if (this.#over) return ended;
    this.#events ??= this.#open();
    try {
      const reader = await this.#events;
      const { done, value } = await reader.read();
      return done ? ended : { done, value };
    } catch (error) {
      if (this.#over) return ended;
      this.#over = true;
      throw error;
    }
  }

  async return(): Promise<Result> {
    this.#over = true;
    this.#stop.abort();
    const reader = await this.#events?.catch(() => undefined);
    await reader?.cancel();
    return ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  async #open(): Promise<ReadableStreamDefaultReader<StreamingEvent>> {
    const audio = await this.#prepare();
    if (!audio) return this.#connect(this.#described({ encoding: "opus", sampleRate: undefined })).events.getReader();
    try {
      const session = this.#connect(this.#described(audio));
      void sendAudio(audio.chunks, session.audio, () => this.#warn(audio.warning()));
      return session.events.getReader();
    } catch (error) {
      audio.chunks.cancel();
      throw error;
    }
  }

  /** Undefined if the options' signal ended it: a session that is given that signal fails at once, in the usual words. */
  async #prepare(): Promise<PreparedAudio | undefined> {
    const { signal } = this.#options;
    const stop = () => this.#stop.abort();
    const forget = signal ? onAbort(signal, stop) : () => {};
    if (signal?.aborted) stop();
    try {
      return await Promise.race([
        aborted(this.#stop.signal),
        prepareAudio(this.#source, this.#options, this.#stop.signal),
      ]);
    } catch (error) {
      if (signal?.aborted) return undefined;
      throw error;
    } finally {
      forget();
    }
  }

  #described({ encoding, sampleRate }: Pick<PreparedAudio, "encoding" | "sampleRate">): Options {
    return { ...this.#options, encoding, sampleRate };
  }

  #warn(message: string | undefined): void {
    if (message === undefined) return;
    const { onWarning = (text: string) => console.warn(`voxpipe: ${text}`) } = this.#options;
    try {
      onWarning(message);
    } catch (error) {
      console.error("voxpipe: onWarning threw.", error);
    }
  }
}

/** Rejects when the signal aborts. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const fail = () => reject(signal.reason);
    if (signal.aborted) fail();
    else signal.addEventListener("abort", fail);
  });
}

function isPromise(source: TranscribeSource): source is PromiseLike<never> {
  return typeof source === "object" && source !== null && "then" in source;
}
