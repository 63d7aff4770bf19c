import type { Engine, EngineSession, Hypothesis } from "../engines/engine.ts";
import type { Parameters } from "../session/parameters.ts";
import type { ServerMessage } from "../session/wire.ts";
import { speechSpan, turnState } from "./turn-detector.ts";
import type { Turns } from "./turns.ts";

/** The engine gets at most this many samples (50 ms) at a time, so that turns end where they should. */
const sliceSamples = 800;
const samplesPerMs = 16;
/** Audio an engine may be behind by before it is said to lag, and when it has caught up. */
const mostBehindMs = 60_000;
const littleBehindMs = 30_000;
/** Endpoints that may be under way before audio waits for them. */
const mostCuts = 4;

/** What becomes of a session's audio. */
export interface TranscriptionListener {
  send(messages: readonly ServerMessage[]): void;
  /** A reading has come, whatever is made of it. */
  heard(hypothesis: Hypothesis): void;
  /** The engine gave up. */
  failed(error: unknown): void;
  /** The engine has fallen far behind the audio, or has caught up. */
  lagging(lags: boolean): void;
}

/** One session's audio through an engine into Turns, which end where the audio says so. */
export class Transcription {
  readonly #turns: Turns;
  readonly #parameters: () => Parameters;
  readonly #listener: TranscriptionListener;
  #engine: EngineSession | undefined;
  #latest: Hypothesis | undefined;
  #fresh = false;
  #writing = false;
  #writtenMs = 0;
  #heardMs = 0;
  #voiceSeen: boolean | undefined;
  #lags = false;
  #cuts = 0;
  #lastCut: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(turns: Turns, parameters: () => Parameters, listener: TranscriptionListener) {
    this.#turns = turns;
    this.#parameters = parameters;
    this.#listener = listener;
  }

  /** @throws what the engine throws where it cannot open another session */
  async open(engine: Engine): Promise<void> {
    const session = await engine.open({
      heard: (hypothesis) => this.#heard(hypothesis),
      failed: (error) => this.#fail(error),
    });
    if (this.#closed) session.close();
    else this.#engine = session;
  }

  /** Whether voice was heard since this was last asked; `undefined` where nothing was heard at all. */
  takeVoiceSeen(): boolean | undefined {
    const seen = this.#voiceSeen;
    this.#voiceSeen = undefined;
    return seen;
  }

  /** How far the engine is behind audio that was spoken `elapsedMs` after the session began, in ms. */
  behindMs(elapsedMs: number): number {
    return Math.max(0, Math.min(this.#writtenMs, elapsedMs) - this.#heardMs);
  }

  /** Takes 16 kHz mono samples, and ends the turns that end within them. A promise where that takes time. */
  write(samples: Float32Array): Promise<void> | undefined {
    for (let start = 0; start < samples.length && this.#engine !== undefined; start += sliceSamples) {
      const slice = samples.subarray(start, start + sliceSamples);
      this.#writtenMs += slice.length / samplesPerMs;
      this.#writing = true;
      this.#engine.write(slice);
      this.#writing = false;
      this.#noteLag();
      const pause = this.#afterSlice();
      if (pause !== undefined) return pause.then(() => this.write(samples.subarray(start + sliceSamples)));
    }
    return undefined;
  }

  #afterSlice(): Promise<void> | undefined {
    // An engine that knows its words at once ends the turn before it hears more; another is not waited for.
    const pause = this.#fresh && this.#read() ? Promise.race([this.cut(), nextTask()]) : undefined;
    return this.#cuts >= mostCuts ? this.#lastCut : pause;
  }

  /** Ends the turn at the last sample written. Resolves when its final has been sent. */
  cut(): Promise<void> {
    if (this.#engine === undefined) return this.#lastCut;
    const span = this.#latest && speechSpan(this.#latest);
    const silence = span === undefined ? 0 : this.#writtenMs - span.end;
    const words = this.#engine.endpoint();
    words.catch(() => {});
    const before = this.#lastCut;
    this.#cuts++;
    this.#latest = undefined;
    this.#fresh = false;
    const cutMs = this.#writtenMs;
    const finish = async () => {
      await before;
      try {
        const spoken = await words;
        if (!this.#closed) this.#listener.send(this.#turns.final(spoken, silence, this.#parameters()));
      } catch (error) {
        this.#fail(error);
      }
      this.#cuts--;
      this.#heardMs = Math.max(this.#heardMs, cutMs);
      this.#noteLag();
    };
    this.#lastCut = finish();
    return this.#lastCut;
  }

  /** As `cut`, asked for by the client. A promise where what follows should wait, as too many are under way. */
  forceCut(): Promise<void> | undefined {
    const cut = this.cut();
    return this.#cuts >= mostCuts ? cut : undefined;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#engine?.close();
    this.#engine = undefined;
  }

  #heard(hypothesis: Hypothesis): void {
    if (this.#closed) return;
    this.#heardMs = Math.max(this.#heardMs, hypothesis.heardMs);
    this.#voiceSeen = this.#voiceSeen === true || hypothesis.voice !== undefined;
    this.#noteLag();
    this.#listener.heard(hypothesis);
    // While an endpoint is under way, what is heard may still be about the turn that it ends.
    if (this.#cuts > 0) return;
    this.#latest = hypothesis;
    this.#fresh = true;
    if (!this.#writing && this.#read()) void this.cut();
  }

  /** Sends what the latest reading shows. Returns whether it ends the turn. */
  #read(): boolean {
    this.#fresh = false;
    if (this.#latest === undefined) return false;
    const parameters = this.#parameters();
    const state = turnState(this.#latest, parameters);
    if (state === "ended") return true;
    const messages = this.#turns.partial(this.#latest, state === "paused", parameters);
    if (messages.length > 0) this.#listener.send(messages);
    return false;
  }

  #noteLag(): void {
    const behind = this.#writtenMs - this.#heardMs;
    const lags = behind > (this.#lags ? littleBehindMs : mostBehindMs);
    if (lags === this.#lags) return;
    this.#lags = lags;
    this.#listener.lagging(lags);
  }

  #fail(error: unknown): void {
    if (!this.#closed) this.#listener.failed(error);
  }
}

function nextTask(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
