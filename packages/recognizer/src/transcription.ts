import { msOf, samplesIn, windowSamples } from "./audio/audio-format.ts";
import { AudioTail } from "./audio/audio-tail.ts";
import { type Segment, Segmenter } from "./audio/segmenter.ts";
import type { EngineWord, Hypothesis } from "./engine.ts";
import { mergeReading, type ReadWord } from "./reading/reading.ts";
import { type Context, type Decode, readSegment } from "./reading/segment-reader.ts";
import { type Span, wordTimes } from "./reading/word-times.ts";

/** Judges one window of `windowSamples` samples after another. */
export interface VoiceDetector {
  voiced(window: Float32Array): boolean;
}

/** Receives a transcription's reports. */
export interface TranscriptionListener {
  heard(hypothesis: Hypothesis): void;
  endpoint(id: number, words: readonly EngineWord[]): void;
}

/** A reading to do. A `final` one must not be skipped. */
export interface ReadingJob {
  readonly kind: "final" | "partial";
  run(decode: Decode): void;
}

/** New audio after which an open segment is read again. */
const readEvery = samplesIn(500);
/** Silence that the model needs after the last word. A reading that had it counts as the final one. */
const tailSamples = samplesIn(200);
/** Less voice than this is a click, not a word. */
const minVoiced = 4 * windowSamples;
/** A segment at most this long that ended at most this recently is context for the next one. */
const contextLength = samplesIn(8_000);
const contextGap = samplesIn(3_000);

/** The readings of a segment so far. */
interface Draft {
  readonly words: readonly ReadWord[];
  readonly spans: readonly Span[];
  /** End of the audio of the last reading, and whether that reading can be the final one. */
  readonly readTo: number;
  readonly complete: boolean;
}

/** A segment with everything needed to read it when its turn comes. */
interface Piece {
  readonly segment: Segment;
  readonly samples: Float32Array;
  /** Verdicts of the detector, starting with the segment's first window. */
  readonly verdicts: readonly boolean[];
}

type Waiting =
  | { readonly type: "closed"; readonly piece: Piece; draft: Draft }
  | { readonly type: "endpoint"; readonly id: number; readonly at: number };

const emptyDraft: Draft = { words: [], spans: [], readTo: 0, complete: false };

/**
 * One session inside a worker: audio and endpoints in, reading jobs and reports out. It uses no clock and does not decode by
 * itself; the scheduler runs the `next()` job when there is time. Audio is cut into segments as it arrives, so that skipping
 * the readings of open segments is enough to catch up.
 */
export class Transcription {
  readonly #detector: VoiceDetector;
  readonly #listener: TranscriptionListener;
  readonly #audio = new AudioTail();
  readonly #segmenter = new Segmenter();
  /** Verdicts of the windows that are still needed; the first is for window `#voicedFrom`. */
  readonly #voiced: boolean[] = [];
  #voicedFrom = 0;
  #position = 0;
  /** Closed segments and endpoints in order, until they are settled. Bounded by the unprocessed audio. */
  readonly #waiting: Waiting[] = [];
  #draft = emptyDraft;
  #context: (Context & { readonly end: number }) | undefined;
  /** Since the last endpoint: final words, first sample, and voice. */
  #words: EngineWord[] = [];
  #stretchFrom = 0;
  /** Voice is found before its words: these belong to the audio now arriving. */
  #endpointAt = 0;
  #voice: { startMs: number; endMs: number } | undefined;

  constructor(detector: VoiceDetector, listener: TranscriptionListener) {
    this.#detector = detector;
    this.#listener = listener;
  }

  /** Takes any number of samples. */
  write(samples: Float32Array): void {
    this.#audio.append(samples);
    while (this.#position + windowSamples <= this.#audio.end) this.#hearWindow();
    this.#forget();
    this.#settle();
  }

  /** Ends the open audio here; its words are reported with `id` when they are final. */
  endpoint(id: number): void {
    const at = this.#audio.end;
    this.#close(this.#segmenter.cut(at));
    this.#waiting.push({ type: "endpoint", id, at });
    this.#endpointAt = at;
    this.#voice = undefined;
    this.#settle();
  }

  /** The next thing to read, if any. Run it before anything else happens to this session, or drop it. */
  next(): ReadingJob | undefined {
    const first = this.#waiting[0];
    if (first?.type === "closed") return { kind: "final", run: (decode) => this.#readClosed(decode, first) };
    const open = this.#segmenter.open;
    return open && this.#isDue(open) ? { kind: "partial", run: (decode) => this.#readOpen(decode, open) } : undefined;
  }

  #hearWindow(): void {
    const window = this.#audio.slice(this.#position, this.#position + windowSamples);
    const voiced = this.#detector.voiced(window);
    this.#position += windowSamples;
    this.#voiced.push(voiced);
    const closed = this.#segmenter.push(voiced, energy(window));
    const open = this.#segmenter.open;
    if (voiced && open) {
      const startMs = this.#voice?.startMs ?? msOf(Math.max(open.voiceStart, this.#endpointAt));
      this.#voice = { startMs, endMs: msOf(open.voiceEnd) };
    }
    this.#close(closed);
  }

  #close(segment: Segment | undefined): void {
    if (!segment) return;
    const draft = this.#draft;
    this.#draft = emptyDraft;
    const piece = this.#piece(segment);
    if (voicedSamples(piece) < minVoiced) return;
    this.#waiting.push({ type: "closed", piece, draft });
  }

  /** Takes what needs no more reading, in order, and reports when nothing is left waiting. */
  #settle(): void {
    for (let first = this.#waiting[0]; first; first = this.#waiting[0]) {
      if (first.type === "closed" && !standsAsFinal(first.draft, first.piece.segment)) return;
      this.#waiting.shift();
      if (first.type === "closed") this.#keep(first.piece, first.draft);
      else this.#answer(first.id, first.at);
    }
    const open = this.#segmenter.open;
    const words = open ? [...this.#words, ...this.#timed(open, this.#draft, false)] : [...this.#words];
    this.#listener.heard({ words, heardMs: msOf(this.#position), ...(this.#voice && { voice: this.#voice }) });
  }

  #keep({ segment, samples }: Piece, draft: Draft): void {
    this.#words.push(...this.#timed(segment, draft, true));
    const words = draft.words.map((word) => word.text);
    const useful = words.length > 0 && samples.length <= contextLength;
    this.#context = useful ? { samples, words, end: segment.end } : undefined;
  }

  #answer(id: number, at: number): void {
    const words = this.#words;
    this.#words = [];
    this.#stretchFrom = at;
    this.#listener.endpoint(id, words);
  }

  #readClosed(decode: Decode, waiting: Extract<Waiting, { type: "closed" }>): void {
    waiting.draft = { ...this.#read(decode, waiting.piece, waiting.draft, true), readTo: waiting.piece.segment.end };
    this.#settle();
  }

  #readOpen(decode: Decode, open: Segment): void {
    const fallen = open.end - open.voiceEnd >= tailSamples;
    this.#draft = this.#read(decode, this.#piece(open), this.#draft, fallen);
    this.#settle();
  }

  #read(decode: Decode, piece: Piece, draft: Draft, complete: boolean): Draft {
    const { segment, samples } = piece;
    const audio = { samples, voiceStart: segment.voiceStart - segment.start, voiced: voicedSamples(piece) };
    const near = this.#context && segment.start - this.#context.end <= contextGap;
    const texts = readSegment(decode, audio, complete && near ? this.#context : undefined);
    // A reading without words has failed; the earlier one is the better guess.
    const words = texts.length > 0 ? mergeReading(draft.words, texts) : draft.words;
    const spans = wordTimes(words.map(textOf), samples, (sample) => isVoiced(piece, sample));
    return { words, spans, readTo: segment.end, complete };
  }

  #isDue(open: Segment): boolean {
    const { readTo, complete } = this.#draft;
    if (open.end - open.voiceEnd >= tailSamples) return !complete || readTo < open.voiceEnd + tailSamples;
    return readTo < open.voiceEnd && open.end - Math.max(readTo, open.voiceStart) >= readEvery;
  }

  /** Words of a draft at their times in the session: in order, and none before its beginning. */
  #timed(segment: Segment, { words, spans }: Draft, final: boolean): EngineWord[] {
    const from = Math.max(msOf(this.#stretchFrom), msOf(segment.voiceStart), this.#words.at(-1)?.end ?? 0);
    const to = Math.max(from, msOf(segment.voiceEnd));
    const within = (sample: number) => Math.min(to, Math.max(from, msOf(segment.start + sample)));
    return words.map((word, i) => {
      const start = within(spans[i]?.start ?? 0);
      const end = within(spans[i]?.end ?? 0);
      const confidence = (word.agreed + 1) / (word.readings + 2);
      return { start, end, text: word.text, confidence, final: final || word.final };
    });
  }

  #piece(segment: Segment): Piece {
    const { start, end } = segment;
    const from = Math.floor(start / windowSamples) - this.#voicedFrom;
    const verdicts = this.#voiced.slice(from, Math.ceil(end / windowSamples) - this.#voicedFrom);
    return { segment, samples: this.#audio.slice(start, end), verdicts };
  }

  #forget(): void {
    const needed = Math.min(this.#segmenter.needed, this.#position);
    this.#audio.dropBefore(needed);
    const windows = Math.floor(needed / windowSamples) - this.#voicedFrom;
    this.#voiced.splice(0, windows);
    this.#voicedFrom += windows;
  }
}

function standsAsFinal({ complete, readTo }: Draft, { voiceEnd, end }: Segment): boolean {
  return complete && readTo >= Math.min(end, voiceEnd + tailSamples);
}

function isVoiced({ segment, verdicts }: Piece, sample: number): boolean {
  const { start, voiceStart, voiceEnd } = segment;
  const at = start + sample;
  if (at < voiceStart || at >= voiceEnd) return false;
  // The detector reports a voice only some windows after it began.
  return (
    at < voiceStart + 3 * windowSamples ||
    (verdicts[Math.floor(at / windowSamples) - Math.floor(start / windowSamples)] ?? false)
  );
}

function voicedSamples(piece: Piece): number {
  let windows = 0;
  for (let at = windowSamples / 2; at < piece.samples.length; at += windowSamples) if (isVoiced(piece, at)) windows++;
  return windows * windowSamples;
}

function textOf(word: ReadWord): string {
  return word.text;
}

function energy(window: Float32Array): number {
  return window.reduce((sum, sample) => sum + sample * sample, 0);
}
