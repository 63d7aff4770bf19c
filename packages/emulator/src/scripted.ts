import type { Engine, EngineListener, EngineSession, EngineWord } from "./engine.ts";
import { numberWord } from "./number-word.ts";
import { VoiceActivity } from "./voice-activity.ts";

/** A word of a script. Times in ms of session audio. */
export interface ScriptedWord {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** 0–1, 0.95 where not given. */
  readonly confidence?: number;
  /** "A", "B", …: shown where the session asks for `speaker_labels`. */
  readonly speaker?: string;
  /** The speaker that a `SpeakerRevision` puts in place of `speaker`. */
  readonly revisedSpeaker?: string;
}

/**
 * An engine that knows beforehand what is said when: the same text for every session, in audio time, however fast
 * it is sent. A word shows from its middle on, first in part, and is final 80 ms after its end.
 *
 * Without a script it numbers the seconds in which it hears something: "one two three …". Silent seconds get no word,
 * so turns end as they do with speech.
 *
 * @param words in order of time, not overlapping
 * @throws RangeError where they are not
 */
export function scripted(words?: readonly ScriptedWord[]): Engine {
  if (words !== undefined) checkScript(words);
  return {
    name: "scripted",
    open: (listener) => new ScriptedSession(listener, words === undefined ? new CountedSeconds() : new Script(words)),
  };
}

/** Where a session's words come from. */
interface WordSource {
  /** A 10 ms block with voice. */
  voiced(startMs: number, endMs: number): void;
  /** The words that began before `heardMs`, from the last `cut` on. */
  readonly words: readonly ScriptedWord[];
  /** Moves on: words that show at `heardMs` are done with. */
  cut(heardMs: number): void;
  advance(heardMs: number): void;
}

class ScriptedSession implements EngineSession {
  readonly #listener: EngineListener;
  readonly #source: WordSource;
  readonly #activity = new VoiceActivity();
  #voice: { startMs: number; endMs: number } | undefined;
  #closed = false;

  constructor(listener: EngineListener, source: WordSource) {
    this.#listener = listener;
    this.#source = source;
  }

  write(samples: Float32Array): void {
    if (this.#closed) return;
    this.#activity.write(samples, (startMs, endMs) => {
      this.#voice = { startMs: this.#voice?.startMs ?? startMs, endMs };
      this.#source.voiced(startMs, endMs);
    });
    const heardMs = this.#activity.heardMs;
    this.#source.advance(heardMs);
    const words = this.#source.words.flatMap((word) => wordAt(word, heardMs) ?? []);
    const voice = this.#voice;
    this.#listener.heard({ words, heardMs, ...(voice && { voice }) });
  }

  async endpoint(): Promise<readonly EngineWord[]> {
    const heardMs = this.#activity.heardMs;
    const words = this.#source.words.filter((word) => middle(word) <= heardMs).map((word) => engineWord(word, true));
    this.#source.cut(heardMs);
    this.#voice = undefined;
    return words;
  }

  close(): void {
    this.#closed = true;
  }
}

/** A script that was given. */
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
    while (this.#begin < this.#end && showsAt(this.#script[this.#begin], heardMs)) this.#begin++;
    this.#words = this.#script.slice(this.#begin, this.#end);
  }
}

/** One word for each second that has voice in it, spanning the voice. */
class CountedSeconds implements WordSource {
  #words: ScriptedWord[] = [];
  #second = -1;

  get words() {
    return this.#words;
  }

  advance(): void {}

  voiced(startMs: number, endMs: number): void {
    const second = Math.floor(startMs / 1_000);
    const last = this.#words.at(-1);
    if (second !== this.#second) this.#words.push({ text: numberWord(second + 1), start: startMs, end: endMs });
    else if (last !== undefined) this.#words[this.#words.length - 1] = { ...last, end: endMs };
    this.#second = second;
  }

  cut(heardMs: number): void {
    this.#words = this.#words.filter((word) => !showsAt(word, heardMs));
  }
}

const settlingMs = 80;

function middle({ start, end }: ScriptedWord): number {
  return (start + end) / 2;
}

function showsAt(word: ScriptedWord | undefined, heardMs: number): boolean {
  return word !== undefined && middle(word) <= heardMs;
}

/** A word as heard so far: nothing, its first half, the whole. */
function wordAt(word: ScriptedWord, heardMs: number): EngineWord | undefined {
  if (!showsAt(word, heardMs)) return undefined;
  if (heardMs >= word.end) return engineWord(word, heardMs >= word.end + settlingMs);
  const letters = [...word.text];
  const part = letters.slice(0, Math.max(3, Math.ceil(letters.length / 2))).join("");
  return { ...engineWord(word, false), text: part, end: heardMs };
}

function engineWord({ confidence = 0.95, ...word }: ScriptedWord, final: boolean): EngineWord {
  return { ...word, confidence, final };
}

function checkScript(words: readonly ScriptedWord[]): void {
  let end = 0;
  for (const word of words) {
    if (!(word.start >= end && word.end >= word.start && Number.isFinite(word.end)))
      throw new RangeError(
        `The scripted word "${word.text}" at ${word.start}–${word.end} ms begins before ${end} ms or ends before it ` +
          "begins. Give the words in order of time, none overlapping another.",
      );
    if (/\s/.test(word.text) || word.text === "")
      throw new RangeError(`"${word.text}" is not one scripted word. Give each word an entry of its own.`);
    end = word.end;
  }
}
