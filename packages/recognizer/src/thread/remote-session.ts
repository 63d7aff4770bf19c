import { msOf, windowSamples } from "../audio/audio-format.ts";
import type { EngineListener, EngineSession, EngineWord, Hypothesis } from "../engine.ts";
import { RecognizerError } from "../recognizer-error.ts";
import type { Request } from "./messages.ts";

/** Posts a request to the thread that serves a session. */
export type Send = (request: Request, transfer?: ArrayBuffer[]) => void;

/** A session as the main thread sees it; the heavy work happens in a worker. */
export class RemoteSession implements EngineSession {
  readonly #id: number;
  readonly #listener: EngineListener;
  readonly #send: Send;
  readonly #maxBacklogMs: number;
  readonly #endpoints = new Map<number, (words: readonly EngineWord[]) => void>();
  /** Callers waiting for an amount of audio, in order. Settled when it is processed, or when the session ends. */
  readonly #settling: { readonly heardMs: number; readonly resolve: () => void }[] = [];
  #nextEndpoint = 0;
  #written = 0;
  #heardMs = 0;
  #words: readonly EngineWord[] = [];
  #ended = false;

  constructor(id: number, listener: EngineListener, send: Send, maxBacklogMs: number) {
    this.#id = id;
    this.#listener = listener;
    this.#send = send;
    this.#maxBacklogMs = maxBacklogMs;
    send({ type: "open", session: id });
  }

  write(samples: Float32Array): void {
    if (this.#ended || samples.length === 0) return;
    const copy = Float32Array.from(samples);
    this.#written += samples.length;
    this.#send({ type: "audio", session: this.#id, samples: copy }, [copy.buffer]);
    const backlogMs = msOf(this.#written) - this.#heardMs;
    if (backlogMs > this.#maxBacklogMs) {
      this.fail(
        new RecognizerError(
          "too-far-behind",
          `Recognition is ${Math.round(backlogMs / 1000)} s behind the audio, more than the ${this.#maxBacklogMs / 1000} s allowed. Run fewer sessions at once, send audio at real time, or raise maxBacklogMs.`,
        ),
      );
    }
  }

  endpoint(): Promise<readonly EngineWord[]> {
    if (this.#ended) return Promise.resolve([]);
    const id = this.#nextEndpoint++;
    return new Promise((resolve) => {
      this.#endpoints.set(id, resolve);
      this.#send({ type: "endpoint", session: this.#id, id });
    });
  }

  settled(): Promise<void> | undefined {
    // The worker processes whole windows, and reports at every write.
    const heardMs = msOf(this.#written - (this.#written % windowSamples));
    if (this.#ended || this.#heardMs >= heardMs) return undefined;
    return new Promise((resolve) => this.#settling.push({ heardMs, resolve }));
  }

  close(): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const { resolve } of this.#settling.splice(0)) resolve();
    this.#send({ type: "close", session: this.#id });
    for (const resolve of this.#endpoints.values()) {
      resolve(this.#words.map((word) => ({ ...word, final: true })));
      this.#words = [];
    }
    this.#endpoints.clear();
  }

  /** The worker reports a hypothesis. */
  heard(hypothesis: Hypothesis): void {
    if (this.#ended) return;
    this.#heardMs = hypothesis.heardMs;
    this.#words = hypothesis.words;
    this.#listener.heard(hypothesis);
    while ((this.#settling[0]?.heardMs ?? Number.POSITIVE_INFINITY) <= this.#heardMs) this.#settling.shift()?.resolve();
  }

  /** The worker answers an endpoint. */
  answered(id: number, words: readonly EngineWord[]): void {
    const resolve = this.#endpoints.get(id);
    this.#endpoints.delete(id);
    this.#words = [];
    resolve?.(words);
  }

  /** Ends the session because of `error`. */
  fail(error: Error): void {
    if (this.#ended) return;
    this.close();
    this.#listener.failed(error);
  }
}
