import type { Engine, EngineListener, EngineSession, Hypothesis } from "../engines/engine.ts";
import { modelFamily } from "../session/models.ts";
import type { Parameters } from "../session/parameters.ts";
import type { ServerMessage } from "../session/wire.ts";
import { speechSpan, turnState } from "./turn-detector.ts";
import type { Turns } from "./turns.ts";

/** The engine gets at most this many samples (50 ms) at a time, so that turns end where they should. */
const sliceSamples = 800;
const samplesPerMs = 16;
/** With `speaker_labels`, U3 cuts its turns at multiples of this, in samples: 10 s (protocol.md section 11). */
const gridSamples = 160_000;
/** Audio an engine may be behind by before it is said to lag, and when it has caught up. */
const mostBehindMs = 60_000;
const littleBehindMs = 30_000;
/** Endpoints that may be under way before audio waits for them. */
const mostCuts = 4;

/** What messages are about, which is what their delay is counted from. Times in ms of session audio. */
export type Cause =
  /** The first that is shown of speech. */
  | { readonly type: "onset"; readonly audioMs: number }
  /** More of it. */
  | { readonly type: "speech" }
  /** The end of a turn, by silence or by the grid. */
  | { readonly type: "end"; readonly audioMs: number }
  /** The end of a turn that was asked for. */
  | { readonly type: "asked"; readonly at: number };

/** Called with what the transcription of a session produces. */
export interface TranscriptionListener {
  send(messages: readonly ServerMessage[], cause: Cause): void;
  /** A reading has arrived, used or not. */
  heard(hypothesis: Hypothesis): void;
  /** The engine gave up. */
  failed(error: unknown): void;
  /** The engine has fallen far behind the audio, or has caught up. */
  lagging(lags: boolean): void;
}

/** How a turn is ended: where its silence or the grid says, or because it was asked for, at this time of the clock. */
type Cut = "silence" | "grid" | { readonly at: number };

/** What waits for an engine that is not through with what it got. */
type Waiting = Float32Array | { readonly cut: Cut; readonly done: () => void };

/** One session's audio through an engine into Turns, which end where the audio says so. */
export class Transcription {
  readonly #turns: Turns;
  readonly #parameters: () => Parameters;
  readonly #listener: TranscriptionListener;
  readonly #cutsOnGrid: boolean;
  #engine: EngineSession | undefined;
  #latest: Hypothesis | undefined;
  #fresh = false;
  #writing = false;
  #announced = false;
  /** Audio that has come, and that the engine got. */
  #takenMs = 0;
  #writtenSamples = 0;
  #heardMs = 0;
  #voiceSeen: boolean | undefined;
  #lags = false;
  #cuts = 0;
  #lastCut: Promise<void> = Promise.resolve();
  /** Bounded as `lagging` stops what comes. */
  readonly #waiting: Waiting[] = [];
  #pumping = false;
  #closed = false;

  /** @param cutsOnGrid whether turns with speaker labels are cut every 10 s */
  constructor(turns: Turns, parameters: () => Parameters, listener: TranscriptionListener, cutsOnGrid: boolean) {
    this.#turns = turns;
    this.#parameters = parameters;
    this.#listener = listener;
    this.#cutsOnGrid = cutsOnGrid;
  }

  /** @throws what the engine throws where it cannot open another session */
  async open(engine: Engine, query?: URLSearchParams): Promise<void> {
    const listener: EngineListener = {
      heard: (hypothesis) => this.#heard(hypothesis),
      failed: (error) => this.#fail(error),
    };
    const session = await engine.open(listener, query);
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
    return Math.max(0, Math.min(this.#takenMs, elapsedMs) - this.#heardMs);
  }

  /** Takes 16 kHz mono samples, and ends the turns that end within them. A promise where that takes time. */
  write(samples: Float32Array): Promise<void> | undefined {
    if (this.#engine === undefined) return undefined;
    this.#takenMs += samples.length / samplesPerMs;
    if (this.#engine.settled === undefined) return this.#feed(samples);
    this.#wait(samples);
    this.#noteLag();
    return undefined;
  }

  /** Ends the turn at the last sample that has come. Resolves when its final has been sent. @param at by the clock */
  cut(at: number): Promise<void> {
    if (this.#engine?.settled === undefined) return this.#cut({ at });
    return new Promise((done) => this.#wait({ cut: { at }, done }));
  }

  /** As `cut`, but a promise only where what follows should wait, as too many are under way. */
  forceCut(at: number): Promise<void> | undefined {
    const cut = this.cut(at);
    const waiting = this.#waiting.filter((next) => "cut" in next).length;
    return this.#cuts + waiting >= mostCuts ? cut : undefined;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const next of this.#waiting.splice(0)) if ("cut" in next) next.done();
    this.#engine?.close();
    this.#engine = undefined;
  }

  #wait(next: Waiting): void {
    this.#waiting.push(next);
    if (!this.#pumping) void this.#pump();
  }

  /** Gives an engine that says how far it is one piece after the other, each when it is through with those before. */
  async #pump(): Promise<void> {
    this.#pumping = true;
    try {
      for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
        if ("cut" in next) await this.#cut(next.cut).then(next.done);
        else await this.#feed(next);
      }
    } catch (error) {
      this.#fail(error);
    }
    this.#pumping = false;
  }

  #feed(samples: Float32Array): Promise<void> | undefined {
    for (let start = 0; start < samples.length && this.#engine !== undefined; ) {
      const toGrid = gridSamples - (this.#writtenSamples % gridSamples);
      const slice = samples.subarray(start, start + Math.min(sliceSamples, toGrid));
      start += slice.length;
      this.#writtenSamples += slice.length;
      this.#writing = true;
      this.#engine.write(slice);
      this.#writing = false;
      this.#noteLag();
      const pause = this.#afterSlice(this.#engine.settled?.());
      if (pause !== undefined) return pause.then(() => this.#feed(samples.subarray(start)));
    }
    return undefined;
  }

  #afterSlice(settled: Promise<void> | undefined): Promise<void> | undefined {
    if (settled !== undefined) return settled.then(() => this.#afterSlice(undefined));
    const cut = this.#dueCut();
    if (this.#engine?.settled !== undefined) return cut && this.#cut(cut);
    // An engine that knows its words at once ends the turn before it hears more; another is not waited for.
    const pause = cut && Promise.race([this.#cut(cut), nextTask()]);
    return this.#cuts >= mostCuts ? this.#lastCut : pause;
  }

  #dueCut(): Cut | undefined {
    if (this.#fresh && this.#read()) return "silence";
    const { speaker_labels, speech_model } = this.#parameters();
    if (!this.#cutsOnGrid || !speaker_labels || this.#writtenSamples % gridSamples !== 0) return undefined;
    return modelFamily(speech_model) === "U3" && this.#latest && speechSpan(this.#latest) ? "grid" : undefined;
  }

  #cut(cut: Cut): Promise<void> {
    if (this.#engine === undefined) return this.#lastCut;
    const cutMs = this.#writtenSamples / samplesPerMs;
    const span = this.#latest && speechSpan(this.#latest);
    const end = { silenceMs: span === undefined ? 0 : cutMs - span.end, cutMs, lossy: cut === "grid" };
    const words = this.#engine.endpoint();
    words.catch(() => {});
    const before = this.#lastCut;
    this.#cuts++;
    this.#latest = undefined;
    this.#fresh = false;
    this.#announced = false;
    const finish = async () => {
      await before;
      try {
        const spoken = await words;
        if (!this.#closed) this.#sendFinal(this.#turns.final(spoken, end, this.#parameters()), cut, cutMs);
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

  #sendFinal(messages: readonly ServerMessage[], cut: Cut, cutMs: number): void {
    if (messages.length === 0) return;
    const turn = messages.find((message) => message.type === "Turn");
    const audioMs = turn?.type === "Turn" ? (turn.words.at(-1)?.end ?? cutMs) : cutMs;
    this.#listener.send(messages, typeof cut === "object" ? { type: "asked", at: cut.at } : { type: "end", audioMs });
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
    if (!this.#writing && !this.#pumping && this.#read()) void this.#cut("silence");
  }

  /** Sends what the latest reading shows. Returns whether it ends the turn. */
  #read(): boolean {
    this.#fresh = false;
    if (this.#latest === undefined) return false;
    const parameters = this.#parameters();
    const state = turnState(this.#latest, parameters);
    if (state === "ended") return true;
    const messages = this.#turns.partial(this.#latest, state === "paused", parameters);
    if (messages.length === 0) return false;
    const audioMs = speechSpan(this.#latest)?.start ?? this.#latest.heardMs;
    this.#listener.send(messages, this.#announced ? { type: "speech" } : { type: "onset", audioMs });
    this.#announced = true;
    return false;
  }

  #noteLag(): void {
    const behind = this.#takenMs - this.#heardMs;
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
