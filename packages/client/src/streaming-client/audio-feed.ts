import { type AudioChunk, type ConnectOptions, StreamingError, type StreamingSession } from "@voxpipe/core";
import { type AudioSource, checkChunk, openSource, wholeOf } from "./audio-source.ts";
import { SourceReader } from "./source-reader.ts";

type AudioFormat = Pick<ConnectOptions, "encoding" | "sampleRate">;

/** A call of `stream()`. */
interface Call {
  /** Its last write: they settle in order. */
  written: Promise<void>;
}

/**
 * Writes the audio of `stream()` into the session. Calls are read one after another. Bytes and arrays are written at once if
 * nothing is ahead of them, so that they come before the next call; other sources are read as the session accepts their audio.
 */
export class AudioFeed {
  readonly #writer: WritableStreamDefaultWriter<AudioChunk>;
  readonly #fastBytesPerMs: number;
  readonly #warn: (message: string) => void;
  /** Settles when all calls so far have been read; undefined if they have been. */
  #turn: Promise<void> | undefined;
  #reader: SourceReader | undefined;
  #finishing = false;
  #over = false;

  /** @param warn is called for audio that is not sent although the session did not fail */
  constructor(session: StreamingSession, format: AudioFormat, warn: (message: string) => void) {
    this.#fastBytesPerMs = fasterThanLive(format);
    this.#warn = warn;
    this.#writer = session.audio.getWriter();
    // The session reports its failures through its events.
    this.#writer.closed.catch(() => {});
    this.#writer.ready.catch(() => {});
    const over = () => {
      this.#over = true;
      this.#reader?.giveUp();
    };
    session.closed.then(over, over);
  }

  /** Resolves when the session has accepted all of it; rejects with `session-ended` if it never will. */
  async send(data: AudioSource): Promise<void> {
    const whole = wholeOf(data);
    const source = whole ? undefined : openSource(data);
    if (this.#finishing) {
      source?.cancel();
      throw this.#unsent("stream() was called after disconnect(): its audio is not sent.");
    }
    const call: Call = { written: Promise.resolve() };
    if (whole && !this.#turn) this.#writeAll(whole, call);
    else await this.#inTurn(() => (source ? this.#read(source, call) : this.#writeAll(whole ?? [], call)));
    await call.written;
  }

  /** No more calls: resolves when those so far have been read. Drops a source that keeps us waiting. */
  async finish(): Promise<void> {
    this.#finishing = true;
    this.#reader?.hurry();
    await this.#turn;
  }

  /** No more calls: the session is being aborted. */
  stop(): void {
    this.#finishing = true;
  }

  async #inTurn(read: () => Promise<void> | void): Promise<void> {
    const before = this.#turn;
    const reading = (async () => {
      if (before) await before;
      await read();
    })();
    const done = () => {
      if (this.#turn === turn) this.#turn = undefined;
    };
    const turn = reading.then(done, done);
    this.#turn = turn;
    await reading;
  }

  async #read(source: ReturnType<typeof openSource>, call: Call): Promise<void> {
    const reader = new SourceReader(source, this.#fastBytesPerMs);
    this.#reader = reader;
    if (this.#finishing) reader.hurry();
    let done = false;
    try {
      while (!done) {
        if ((this.#writer.desiredSize ?? 0) <= 0) await explained(() => this.#writer.ready);
        const next = reader.next();
        const result = next instanceof Promise ? await next : next;
        if (this.#over) return await explained(() => this.#writer.closed);
        if (!result) throw this.#unsent("disconnect() did not wait for a source that stream() was still reading.");
        done = result.done === true;
        if (!result.done) this.#write(result.value, call);
      }
    } finally {
      this.#reader = undefined;
      reader.giveUp();
      if (!done) source.cancel();
    }
  }

  #writeAll(chunks: readonly AudioChunk[], call: Call): void {
    for (const chunk of chunks) this.#write(chunk, call);
  }

  #write(chunk: unknown, call: Call): void {
    checkChunk(chunk);
    call.written = explained(() => this.#writer.write(chunk));
    // Awaited, if at all, once the call has been read.
    call.written.catch(() => {});
  }

  #unsent(message: string): StreamingError {
    this.#warn(`${message} Await stream(), or end its source, before disconnect().`);
    return new StreamingError("session-ended", `${message} Await stream(), or end its source, before disconnect().`);
  }
}

/** Twice real time for PCM. Compressed audio takes at most 320 kbit/s, which is 40 bytes. */
function fasterThanLive({ encoding = "pcm_s16le", sampleRate = 16_000 }: AudioFormat): number {
  if (encoding !== "pcm_s16le" && encoding !== "pcm_mulaw") return 64;
  return (2 * sampleRate * (encoding === "pcm_s16le" ? 2 : 1)) / 1000;
}

/** Does something with the writer, whose failure is the session's. */
async function explained(action: () => Promise<unknown>): Promise<void> {
  try {
    await action();
  } catch (cause) {
    if (!(cause instanceof StreamingError) || cause.code === "session-ended" || cause.code === "invalid-audio")
      throw cause;
    throw new StreamingError("session-ended", `The session ended before this audio was sent: ${cause.message}`, {
      cause,
    });
  }
}
