import type { Secrets } from "../errors/redact.ts";
import { flag, text, textUpTo } from "../options/expected.ts";
import { countBrackets } from "./message-size.ts";
import type { ServerEvent, UnrecognizedEvent, Word } from "./messages.ts";

/** The service's last message on a connection; with or without `type` on the wire (protocol section 4). */
export interface ErrorFrame {
  readonly type: "Error";
  readonly code: number | undefined;
  readonly text: string;
}

/** A Begin without the fields that the session needs. No other one will come. */
export interface UnusableBegin {
  readonly type: "UnusableBegin";
  readonly reason: string;
}

export type Decoded = ServerEvent | ErrorFrame | UnusableBegin | UnrecognizedEvent;

/** The longest message, in characters. The largest known one corrects the speakers of three hours: about four million. */
const longestMessage = 8 * 1024 * 1024;
/** Characters of an `Unrecognized` message that are kept. */
const longestRaw = 64 * 1024;
/** Characters of an Error that are shown. */
const longestError = 2000;
const longestId = 1000;
/** The deepest nesting of arrays and objects. Recursive code such as `JSON.stringify` needs stack for each level. */
const deepest = 100;
/** How many odd words of one list are examined closely. */
const mostOddWords = 10;

interface Expected {
  readonly what: string;
  readonly fits: (value: unknown) => boolean;
}

const number: Expected = { what: "a number", fits: Number.isFinite };
const object: Expected = { what: "an object", fits: isRecord };
const list: Expected = { what: "a list", fits: Array.isArray };
const turnNumber: Expected = { what: "a whole number from 0 on", fits: isTurnNumber };

interface Shape {
  /** Fields that voxpipe needs. */
  readonly needed?: Readonly<Record<string, Expected>>;
  /** Fields that the service always sends. */
  readonly usual?: Readonly<Record<string, Expected>>;
  /** Fields that may be missing or null. */
  readonly optional?: Readonly<Record<string, Expected>>;
}

const speakers = { speaker_label: text, speaker_confidence: number };
const shapes: Readonly<Record<ServerEvent["type"], Shape>> = {
  Begin: { needed: { id: textUpTo(longestId) }, usual: { expires_at: number }, optional: { configuration: object } },
  Turn: {
    needed: { turn_order: turnNumber, end_of_turn: flag, transcript: text },
    usual: { turn_is_formatted: flag, end_of_turn_confidence: number, words: list },
    optional: { utterance: text, language_code: text, language_confidence: number, ...speakers },
  },
  SpeechStarted: { usual: { timestamp: number }, optional: { confidence: number } },
  Heartbeat: {
    usual: { total_audio_received_ms: number, total_duration_ms: number, realtime_factor: number },
    optional: { max_speech_probability: number },
  },
  Silence: { needed: { start_ms: number, end_ms: number } },
  SpeakerRevision: { needed: { revisions: list } },
  LLMGatewayResponse: { usual: { turn_order: turnNumber, transcript: text } },
  Warning: { usual: { warning: text }, optional: { warning_code: number } },
  Termination: { optional: { audio_duration_seconds: number, session_duration_seconds: number } },
};
const configurationShape: Shape = {
  optional: {
    model: text,
    mode: text,
    api_version: text,
    speaker_labels: flag,
    redact_pii: flag,
    filter_profanity: flag,
    domain: text,
    voice_focus: text,
  },
};
const wordShape: Shape = {
  usual: { start: number, end: number, confidence: number, word_is_final: flag },
  optional: { speaker: text, speaker_confidence: number },
};
const revisionShape: Shape = { usual: { words: list }, optional: { speaker_label: text } };

/**
 * Reads the messages of one session. It requires only the fields that voxpipe needs, passes on the rest unchanged, and reports
 * what is odd, once per session for each field. Its cost is proportional to the message, and it never throws.
 */
export class MessageReader {
  readonly #secrets: Secrets;
  readonly #warnOnce: (topic: string, message: string) => void;

  /** @param warnOnce called with the names of fields; there are few of them. */
  constructor(secrets: Secrets, warnOnce: (topic: string, message: string) => void) {
    this.#secrets = secrets;
    this.#warnOnce = warnOnce;
  }

  /** Parses one text message of the service, without the secrets that it repeats. */
  read(message: string): Decoded {
    const raw = this.#secrets.redactRaw(message);
    if (message.length > longestMessage) return unrecognized(raw, `Longer than ${longestMessage} characters`);
    if (nestsTooDeep(message)) return unrecognized(raw, `Nested more than ${deepest} levels deep`);
    let value: unknown;
    try {
      value = raw === message ? JSON.parse(raw) : this.#secrets.parse(message, isMessageType);
    } catch (error) {
      // The engine's message quotes the text.
      return unrecognized(raw, raw === message && error instanceof Error ? error.message : "Not valid JSON");
    }
    if (!isRecord(value)) return unrecognized(raw, "Not a JSON object");
    if (value.type === "Error" || typeof value.error === "string") return errorFrame(value);
    const { type } = value;
    if (!isMessageType(type))
      return unrecognized(raw, `Unknown message type ${typeof type === "string" ? quoted(type) : kindOf(type)}`);
    const shape = shapes[type];
    for (const name in shape.needed) {
      const expected = shape.needed[name];
      if (!expected || expected.fits(value[name])) continue;
      const reason = `${type}.${name} is ${kindOf(value[name])}. Expected ${expected.what}`;
      return type === "Begin" ? { type: "UnusableBegin", reason } : unrecognized(raw, reason);
    }
    this.#reportOdd(value, shape, type);
    if (type === "Turn") this.#readWords(value, type);
    else if (type === "SpeakerRevision") this.#readRevisions(value);
    else if (isRecord(value.configuration))
      this.#reportOdd(value.configuration, configurationShape, `${type}.configuration`);
    return isChecked(value) ? value : unrecognized(raw, "");
  }

  #readRevisions(event: Record<string, unknown>): void {
    const revisions: unknown[] = Array.isArray(event.revisions) ? event.revisions : [];
    const usable = revisions.filter((revision) => isRecord(revision) && isTurnNumber(revision.turn_order));
    if (usable.length < revisions.length) {
      event.revisions = usable;
      this.#report("SpeakerRevision.revisions", "has entries without a turn number, which are left out");
    }
    for (const revision of usable) {
      if (!isRecord(revision)) continue;
      this.#reportOdd(revision, revisionShape, "SpeakerRevision.revisions");
      this.#readWords(revision, "SpeakerRevision.revisions");
    }
  }

  #readWords(parent: Record<string, unknown>, path: string): void {
    const words: unknown = parent.words;
    if (!Array.isArray(words)) {
      parent.words = [];
      return;
    }
    let unusable = 0;
    let odd = 0;
    for (const word of words) {
      if (!isWord(word)) unusable++;
      else if (!isUsual(word) && odd++ < mostOddWords) this.#reportOdd(word, wordShape, `${path}.words`);
    }
    if (unusable === 0) return;
    parent.words = words.filter(isWord);
    this.#report(`${path}.words`, "has entries without a text, which are left out");
  }

  #reportOdd(value: object, shape: Shape, path: string): void {
    for (const name in shape.usual) this.#reportField(value, name, shape.usual[name], path);
    for (const name in shape.optional) {
      const field: unknown = Reflect.get(value, name);
      if (field !== undefined && field !== null) this.#reportField(value, name, shape.optional[name], path);
    }
  }

  #reportField(value: object, name: string, expected: Expected | undefined, path: string): void {
    const field: unknown = Reflect.get(value, name);
    if (!expected || expected.fits(field)) return;
    const passed = name === "words" ? "Read as an empty list" : "Passed on unchanged";
    this.#report(`${path}.${name}`, `is ${kindOf(field)}. Expected ${expected.what}. ${passed}`);
  }

  #report(field: string, what: string): void {
    this.#warnOnce(field, `The service sent a message in which ${field} ${what}. Reported once per session.`);
  }
}

function errorFrame({ error, error_code }: Record<string, unknown>): ErrorFrame {
  const said = typeof error === "string" ? error : error === undefined || error === null ? "" : JSON.stringify(error);
  return {
    type: "Error",
    code: typeof error_code === "number" ? error_code : undefined,
    text: cut(said, longestError),
  };
}

function unrecognized(raw: string, reason: string): UnrecognizedEvent {
  return { type: "Unrecognized", raw: cut(raw, longestRaw), reason: cut(reason, longestError) };
}

/** A copy: a slice would keep the whole text in memory. */
function cut(long: string, length: number): string {
  return long.length > length ? Array.from(long.slice(0, length)).join("") : long;
}

/** Whether arrays and objects are nested too deeply, without parsing: not every engine survives that. */
function nestsTooDeep(json: string): boolean {
  // Most messages have too few brackets for that.
  if (countBrackets(json, deepest + 1) <= deepest) return false;
  let depth = 0;
  let quoted = false;
  for (let i = 0; i < json.length; i++) {
    const letter = json.charCodeAt(i);
    if (quoted) {
      if (letter === 0x5c) i++;
      else quoted = letter !== 0x22;
    } else if (letter === 0x22) quoted = true;
    else if (letter === 0x5b || letter === 0x7b) {
      if (++depth > deepest) return true;
    } else if (letter === 0x5d || letter === 0x7d) depth--;
  }
  return false;
}

function isMessageType(type: unknown): type is ServerEvent["type"] {
  return typeof type === "string" && Object.hasOwn(shapes, type);
}

/** A message that has all the fields it needs. */
function isChecked(value: object): value is ServerEvent {
  return "type" in value;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isTurnNumber(value: unknown): boolean {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value < 2 ** 31;
}

function isWord(word: unknown): word is Word {
  return isRecord(word) && typeof word.text === "string";
}

/** The same check as `wordShape`, but fast: this runs for every word. */
function isUsual(word: Word): boolean {
  return (
    Number.isFinite(word.start) &&
    Number.isFinite(word.end) &&
    Number.isFinite(word.confidence) &&
    typeof word.word_is_final === "boolean" &&
    (word.speaker === undefined || word.speaker === null || typeof word.speaker === "string") &&
    (word.speaker_confidence === undefined ||
      word.speaker_confidence === null ||
      Number.isFinite(word.speaker_confidence))
  );
}

function kindOf(value: unknown): string {
  if (value === undefined) return "missing";
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number") return Number.isFinite(value) ? "a number that does not fit" : "not a finite number";
  if (typeof value === "string") return "a string";
  return Array.isArray(value) ? "a list" : "an object";
}

function quoted(name: string): string {
  return JSON.stringify(name.slice(0, 80));
}
