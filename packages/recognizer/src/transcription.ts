import { msOf, samplesIn, WINDOW } from "./audio-format.ts";
import { AudioTail } from "./audio-tail.ts";
import type { EngineWord, Hypothesis } from "./engine.ts";
import { mergeReading, type ReadWord } from "./reading.ts";
import { type Segment, Segmenter } from "./segmenter.ts";
import { withoutLoops } from "./without-loops.ts";
import { spreadWords } from "./word-times.ts";

/** Judges one window of `WINDOW` samples after another. */
export interface VoiceDetector {
  voiced(window: Float32Array): boolean;
}

/** Where a transcription reports to. */
export interface TranscriptionListener {
  heard(hypothesis: Hypothesis): void;
  endpoint(id: number, words: readonly EngineWord[]): void;
}

/** Something to decode; `done` takes the text. A `final` one must not be left out. */
export interface DecodingJob {
  readonly kind: "final" | "partial";
  readonly samples: Float32Array;
  done(text: string): void;
}

/** New audio after which an open segment is read again. */
const READ_EVERY = samplesIn(500);
/** Silence that the model wants to hear after the last word. A reading that had it stands as the final one. */
const TAIL = samplesIn(200);
/** Fewer voiced windows than these are a click, not a word. */
const MIN_VOICED_WINDOWS = 3;
/** Faster than people speak; more words than this are made up. */
const MAX_WORDS_PER_SECOND = 8;

interface Draft {
  readonly words: readonly ReadWord[];
  /** End of the audio that the last reading had. */
  readonly readTo: number;
}

interface Closed {
  readonly segment: Segment;
  readonly draft: Draft;
  readonly samples: Float32Array;
  readonly voiced: readonly boolean[];
}

type Waiting = { readonly closed: Closed } | { readonly endpoint: number; readonly at: number };

const EMPTY: Draft = { words: [], readTo: 0 };

/**
 * One session inside the worker: audio in, decoding jobs and reports out. It neither decodes nor looks at a clock;
 * whoever drives it takes the `next()` job when it can. Audio is cut into segments at once, so that skipping the
 * readings of open segments is all it takes to catch up.
 */
export class Transcription {
  readonly #detector: VoiceDetector;
  readonly #listener: TranscriptionListener;
  readonly #audio = new AudioTail();
  readonly #segmenter = new Segmenter();
  readonly #waiting: Waiting[] = [];
  #position = 0;
  #voiced: boolean[] = [];
  #voicedFrom = 0;
  #draft = EMPTY;
  #words: EngineWord[] = [];
  #stretchFrom = 0;
  #stretchVoice: { startMs: number; endMs: number } | undefined;

  constructor(detector: VoiceDetector, listener: TranscriptionListener) {
    this.#detector = detector;
    this.#listener = listener;
  }

  write(samples: Float32Array): void {
    this.#audio.append(samples);
    while (this.#position + WINDOW <= this.#audio.end) this.#window();
    this.#forget();
    this.#settle();
  }

  endpoint(id: number): void {
    const at = this.#audio.end;
    this.#close(this.#segmenter.cut(at));
    this.#waiting.push({ endpoint: id, at });
    this.#stretchVoice = undefined;
    this.#settle();
  }

  /** What should be decoded next, if anything. Until its `done` is called nothing else of this session happens. */
  next(): DecodingJob | undefined {
    const first = this.#waiting[0];
    if (first && "closed" in first) return this.#finalJob(first.closed);
    const open = this.#segmenter.open;
    return open && this.#readingDue(open) ? this.#partialJob(open) : undefined;
  }

  #window(): void {
    const window = this.#audio.slice(this.#position, this.#position + WINDOW);
    const voiced = this.#detector.voiced(window);
    this.#position += WINDOW;
    this.#voiced.push(voiced);
    const closed = this.#segmenter.push(voiced, energy(window));
    const voice = this.#segmenter.open;
    if (voiced && voice) {
      const startMs = this.#stretchVoice?.startMs ?? Math.max(msOf(voice.voiceStart), msOf(this.#stretchFrom));
      this.#stretchVoice = { startMs, endMs: msOf(voice.voiceEnd) };
    }
    this.#close(closed);
  }

  #close(segment: Segment | undefined): void {
    if (!segment) return;
    const draft = this.#draft;
    this.#draft = EMPTY;
    const voiced = this.#voicedIn(segment);
    if (voiced.filter(Boolean).length < MIN_VOICED_WINDOWS) return;
    const samples = this.#audio.slice(segment.start, segment.end);
    this.#waiting.push({ closed: { segment, draft, samples, voiced } });
  }

  /** Takes everything that needs no decoding, and reports when nothing is left waiting. */
  #settle(): void {
    for (let first = this.#waiting[0]; first; first = this.#waiting[0]) {
      if ("endpoint" in first) {
        const words = this.#words;
        this.#words = [];
        this.#stretchFrom = first.at;
        this.#waiting.shift();
        this.#listener.endpoint(first.endpoint, words);
      } else {
        const { segment, draft } = first.closed;
        if (draft.readTo < Math.min(segment.end, segment.voiceEnd + TAIL)) return;
        this.#waiting.shift();
        this.#words.push(...this.#timed(first.closed, draft.words, true));
      }
    }
    this.#report();
  }

  #report(): void {
    const open = this.#segmenter.open;
    const drafted = open ? this.#timed({ segment: open, ...this.#draftAudio(open) }, this.#draft.words, false) : [];
    this.#listener.heard({
      words: [...this.#words, ...drafted],
      heardMs: msOf(this.#position),
      ...(this.#stretchVoice && { voice: this.#stretchVoice }),
    });
  }

  #finalJob(closed: Closed): DecodingJob {
    const { segment, draft, samples } = closed;
    return {
      kind: "final",
      samples,
      done: (text) => {
        const words = mergeReading(draft.words, this.#plausible(text, closed.voiced));
        this.#waiting[0] = { closed: { ...closed, draft: { words, readTo: segment.end } } };
        this.#settle();
      },
    };
  }

  #partialJob(open: Segment): DecodingJob {
    return {
      kind: "partial",
      samples: this.#audio.slice(open.start, open.end),
      done: (text) => {
        const words = mergeReading(this.#draft.words, this.#plausible(text, this.#voicedIn(open)));
        this.#draft = { words, readTo: open.end };
        this.#settle();
      },
    };
  }

  #readingDue(open: Segment): boolean {
    const { readTo } = this.#draft;
    const news = open.end - Math.max(readTo, open.voiceStart);
    const falling = open.end - open.voiceEnd >= TAIL && readTo < open.voiceEnd + TAIL;
    return falling || (readTo < open.voiceEnd && news >= READ_EVERY);
  }

  #plausible(text: string, voiced: readonly boolean[]): string[] {
    const words = text.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word));
    const seconds = (voiced.filter(Boolean).length * WINDOW) / samplesIn(1000);
    return withoutLoops(words).slice(0, Math.ceil((seconds + 0.3) * MAX_WORDS_PER_SECOND));
  }

  #timed(closed: Pick<Closed, "segment" | "voiced">, words: readonly ReadWord[], final: boolean): EngineWord[] {
    const spans = spreadWords(
      words.map((word) => word.text),
      closed.voiced,
    );
    const from = Math.max(this.#stretchFrom, samplesIn(this.#words.at(-1)?.end ?? 0));
    return words.map((word, i) => {
      const start = Math.max(from, closed.segment.start + (spans[i]?.start ?? 0));
      const end = Math.max(start, closed.segment.start + (spans[i]?.end ?? 0));
      return {
        start: msOf(start),
        end: msOf(end),
        text: word.text,
        confidence: (word.agreed + 1) / (word.readings + 2),
        final: final || word.final,
      };
    });
  }

  #draftAudio(open: Segment): Pick<Closed, "voiced"> {
    return { voiced: this.#voicedIn({ ...open, end: Math.min(open.end, this.#draft.readTo) }) };
  }

  /** The verdict for every window from the segment's start. */
  #voicedIn({ start, voiceStart, voiceEnd, end }: Segment): boolean[] {
    const verdicts: boolean[] = [];
    for (let at = start; at < end; at += WINDOW) {
      const known = this.#voiced[Math.floor(at / WINDOW) - this.#voicedFrom] ?? false;
      const onset = at + WINDOW > voiceStart && at < voiceStart + 2 * WINDOW;
      verdicts.push((known || onset) && at < voiceEnd);
    }
    return verdicts;
  }

  #forget(): void {
    const needed = Math.min(this.#segmenter.needed, this.#position);
    this.#audio.dropBefore(needed);
    const windows = Math.floor(needed / WINDOW) - this.#voicedFrom;
    this.#voiced.splice(0, windows);
    this.#voicedFrom += windows;
  }
}

function energy(window: Float32Array): number {
  return window.reduce((sum, sample) => sum + sample * sample, 0);
}
