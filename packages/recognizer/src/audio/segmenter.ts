import { samplesIn, windowSamples } from "./audio-format.ts";

/** A piece of audio to decode, in samples of the session. */
export interface Segment {
  /** Including the audio kept before the voice. */
  readonly start: number;
  /** First and last sample with voice. */
  readonly voiceStart: number;
  readonly voiceEnd: number;
  readonly end: number;
}

/** Audio before the first voiced window that belongs to the segment: the model misses onsets without it. */
const preRoll = samplesIn(500);
/** Silence that ends a segment. Shorter pauses stay inside: the model does better with context. */
const minSilence = samplesIn(500);
/** From this length on, a shorter silence also ends the segment. */
const longSegment = samplesIn(12_000);
const minSilenceWhenLong = samplesIn(200);
/** Without a pause, a segment is cut at this length, at the quietest window of its last seconds. */
const maxLength = samplesIn(22_000);
const cutWithin = samplesIn(3_000);
/** The detector needs three windows of voice before it reports it. */
const detectionDelay = 2 * windowSamples;
/** Silence after a voice that still belongs to it when the next segment reaches back. */
const postRoll = samplesIn(100);

/** Turns the voice detector's verdicts, one per window, into segments. */
export class Segmenter {
  #position = 0;
  #floor = 0;
  #open: { start: number; voiceStart: number; voiceEnd: number } | undefined;
  #levels: number[] = [];

  /** The open segment, up to the last window. */
  get open(): Segment | undefined {
    return this.#open && { ...this.#open, end: this.#position };
  }

  /** The first sample that a later segment could begin with. */
  get needed(): number {
    return this.#open?.start ?? Math.max(this.#floor, this.#position - detectionDelay - preRoll - windowSamples);
  }

  /** Takes the next window's verdict and level (any measure that rises with loudness); returns the segment it closes. */
  push(voiced: boolean, level: number): Segment | undefined {
    const windowStart = this.#position;
    this.#position += windowSamples;
    this.#levels.push(level);
    if (this.#levels.length > cutWithin / windowSamples) this.#levels.shift();
    if (voiced) this.#voice(windowStart);
    const open = this.#open;
    if (!open) return undefined;
    const length = this.#position - open.start;
    const silence = this.#position - open.voiceEnd;
    if (silence >= (length >= longSegment ? minSilenceWhenLong : minSilence))
      return this.#close(this.#position, open.voiceEnd);
    return length >= maxLength ? this.#cutAtQuietest(open) : undefined;
  }

  /** Closes the open segment at sample `at`, at or after the last window. In mid-speech the next segment begins there. */
  cut(at: number): Segment | undefined {
    const open = this.#open;
    if (!open) return undefined;
    const speaking = this.#position - open.voiceEnd < windowSamples;
    return this.#close(at, speaking ? at : open.voiceEnd);
  }

  #voice(windowStart: number): void {
    if (this.#open) {
      this.#open.voiceEnd = this.#position;
      return;
    }
    const voiceStart = Math.max(this.#floor, windowStart - detectionDelay);
    this.#open = { start: Math.max(this.#floor, voiceStart - preRoll), voiceStart, voiceEnd: this.#position };
  }

  #close(end: number, voiceEnd: number): Segment | undefined {
    const open = this.#open;
    if (!open) return undefined;
    this.#open = undefined;
    this.#floor = Math.min(end, voiceEnd + postRoll);
    return { ...open, voiceEnd, end };
  }

  #cutAtQuietest(open: { start: number; voiceStart: number; voiceEnd: number }): Segment {
    const quietest = this.#levels.indexOf(Math.min(...this.#levels));
    const at = this.#position - (this.#levels.length - quietest) * windowSamples + windowSamples / 2;
    this.#floor = at;
    this.#open = { start: at, voiceStart: at, voiceEnd: open.voiceEnd };
    return { ...open, voiceEnd: Math.min(at, open.voiceEnd), end: at };
  }
}
