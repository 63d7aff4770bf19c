import type { Engine, EngineListener, EngineSession, EngineWord } from "./engine.ts";
import { numberWord } from "./number-word.ts";
import { VoiceActivity } from "./voice-activity.ts";

/** A word of a script. Times in ms of session audio. */
export interface ScriptedWord {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /**
   * How sure the model is, 0–1.
   * @default 0.95
   */
  readonly confidence?: number;
  /**
   * The side of a call that says it, such as "agent". A session with the parameter `channel` in its URL gets the words of that
   * channel and those without one; other sessions get all words.
   */
  readonly channel?: string;
  /** "A", "B", …: sent if the session requests `speaker_labels`. */
  readonly speaker?: string;
  /** The speaker after a `SpeakerRevision`. */
  readonly revisedSpeaker?: string;
  /** Whether to mask it if the session requests `filter_profanity`; if absent, a short list decides. */
  readonly profane?: boolean;
  /** Redacted in final turns if the session requests `redact_pii`: a policy's name, such as "person_name". */
  readonly pii?: string;
}

/**
 * An engine with a script: the same text for every session, in audio time, however fast the audio is sent. A word appears from
 * its middle on, first in part, and is final 80 ms after its end, or when the next one begins. Words of several voices may
 * overlap: they are distinguished by `channel` and `speaker`, and appear in the order of their starts.
 *
 * Without a script it numbers the seconds in which it detects sound: "one two three …". Silent seconds get no word, so turns
 * end as they do with speech.
 *
 * @param words in the order of their starts; those of one voice do not overlap
 * @throws RangeError if they are not
 * @example
 * const engine = scripted([{ text: "Hello.", start: 0, end: 400 }]);
 * const emulator = await startEmulator({ engine });
 */
export function scripted(words?: readonly ScriptedWord[]): Engine {
  if (words !== undefined) checkScript(words);
  return {
    name: "scripted",
    open: (listener, query) =>
      new ScriptedSession(
        listener,
        words === undefined ? new CountedSeconds() : new Script(heardOn(query?.get("channel") ?? undefined, words)),
      ),
  };
}

/** The source of a session's words. */
interface WordSource {
  /** The words that have begun, from the last `cut` on. The last one's end may still move. */
  readonly words: readonly ScriptedWord[];
  /** Takes a 10 ms block with voice. */
  voiced(startMs: number, endMs: number): void;
  advance(heardMs: number): void;
  /** Words that show at `heardMs` are done with. */
  cut(heardMs: number): void;
}

class ScriptedSession implements EngineSession {
  readonly #listener: EngineListener;
  readonly #source: WordSource;
  readonly #activity = new VoiceActivity();
  /** Final words since the last endpoint: they come first and do not change. */
  #final: EngineWord[] = [];
  #voice: { readonly startMs: number; endMs: number } | undefined;
  #closed = false;

  constructor(listener: EngineListener, source: WordSource) {
    this.#listener = listener;
    this.#source = source;
  }

  write(samples: Float32Array): void {
    if (this.#closed) return;
    this.#activity.write(samples, this.#voiced);
    const { heardMs } = this.#activity;
    this.#source.advance(heardMs);
    const words = this.#wordsAt(heardMs);
    const voice = this.#voice;
    this.#listener.heard(voice === undefined ? { words, heardMs } : { words, heardMs, voice: { ...voice } });
  }

  readonly #voiced = (startMs: number, endMs: number) => {
    if (this.#voice === undefined) this.#voice = { startMs, endMs };
    else this.#voice.endMs = endMs;
    this.#source.voiced(startMs, endMs);
  };

  #wordsAt(heardMs: number): readonly EngineWord[] {
    const { words } = this.#source;
    const open: EngineWord[] = [];
    for (let index = this.#final.length; index < words.length; index++) {
      const word = words[index];
      const heard = word && wordAt(word, heardMs, index < words.length - 1);
      if (heard === undefined) break;
      if (heard.final && open.length === 0) this.#final = [...this.#final, heard];
      else open.push(heard);
    }
    return open.length === 0 ? this.#final : [...this.#final, ...open];
  }

  async endpoint(): Promise<readonly EngineWord[]> {
    const heardMs = this.#activity.heardMs;
    const { words: begun } = this.#source;
    const words = begun.slice(0, shownAt(begun, heardMs)).map((word) => engineWord(word, true));
    this.#source.cut(heardMs);
    this.#final = [];
    this.#voice = undefined;
    return words;
  }

  close(): void {
    this.#closed = true;
  }
}

/** A given script. */
class Script implements WordSource {
  readonly #script: readonly ScriptedWord[];
  #begin = 0;
  #end = 0;
  #words: readonly ScriptedWord[] = [];

  constructor(script: readonly ScriptedWord[]) {
    this.#script = script;
  }

  get words() {
    return this.#words;
  }

  voiced(): void {}

  advance(heardMs: number): void {
    const before = this.#end;
    while ((this.#script[this.#end]?.start ?? Number.POSITIVE_INFINITY) < heardMs) this.#end++;
    if (this.#end !== before) this.#words = this.#script.slice(this.#begin, this.#end);
  }

  cut(heardMs: number): void {
    this.#begin += shownAt(this.#words, heardMs);
    this.#words = this.#script.slice(this.#begin, this.#end);
  }
}

/** One word for each second that has voice in it, spanning the voice. */
class CountedSeconds implements WordSource {
  readonly words: { readonly text: string; readonly start: number; end: number }[] = [];
  #second = -1;

  advance(): void {}

  voiced(startMs: number, endMs: number): void {
    const second = Math.floor(startMs / 1_000);
    const last = this.words.at(-1);
    if (second !== this.#second) this.words.push({ text: numberWord(second + 1), start: startMs, end: endMs });
    else if (last !== undefined) last.end = endMs;
    this.#second = second;
  }

  cut(heardMs: number): void {
    this.words.splice(0, shownAt(this.words, heardMs));
  }
}

const settlingMs = 80;

function middle({ start, end }: ScriptedWord): number {
  return (start + end) / 2;
}

/** How many of the words appear: up to the first whose middle has not come yet. */
function shownAt(words: readonly ScriptedWord[], heardMs: number): number {
  const hidden = words.findIndex((word) => middle(word) > heardMs);
  return hidden === -1 ? words.length : hidden;
}

/** A word as heard so far: nothing, its first half, the whole; final once it has settled or another has begun. */
function wordAt(word: ScriptedWord, heardMs: number, followed: boolean): EngineWord | undefined {
  if (middle(word) > heardMs) return undefined;
  if (heardMs >= word.end) return engineWord(word, heardMs >= word.end + (followed ? 0 : settlingMs));
  const letters = [...word.text];
  const part = letters.slice(0, Math.max(3, Math.ceil(letters.length / 2))).join("");
  return { ...engineWord(word, false), text: part, end: heardMs };
}

function engineWord({ confidence = 0.95, ...word }: ScriptedWord, final: boolean): EngineWord {
  return { ...word, confidence, final };
}

function heardOn(channel: string | undefined, words: readonly ScriptedWord[]): readonly ScriptedWord[] {
  if (channel === undefined) return words;
  return words.filter((word) => word.channel === undefined || word.channel === channel);
}

function checkScript(words: readonly ScriptedWord[]): void {
  const ends = new Map<string, number>();
  let begun = 0;
  for (const word of words) {
    const voice = JSON.stringify([word.channel, word.speaker]);
    const earliest = Math.max(begun, ends.get(voice) ?? 0);
    if (!(word.start >= earliest && word.end >= word.start && Number.isFinite(word.end)))
      throw new RangeError(
        `The scripted word "${word.text}" at ${word.start}–${word.end} ms begins before ${earliest} ms or ends before it ` +
          "begins. Pass the words in the order of their starts. Words that overlap need another `channel` or `speaker` each.",
      );
    if (/\s/.test(word.text) || word.text === "")
      throw new RangeError(`"${word.text}" is not one scripted word. Use one entry for each word.`);
    begun = word.start;
    ends.set(voice, word.end);
  }
}
