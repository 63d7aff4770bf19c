import { attempt } from "./attempt.ts";
import { type StreamingError, withMessage } from "./streaming-error.ts";

/** Shorter secrets would match inside words. */
const shortest = 3;
/** Secrets of this length are also matched by their first half: close reasons and messages cut long texts off. */
const long = 32;
/** A shorter secret of letters alone may be a spoken word: `token: "development"`. */
const longestWord = 20;
/** How many tokens are remembered. They are valid for at most ten minutes; this many attempts take longer. */
const mostTokens = 100;

interface Matcher {
  /** A text without any of these contains no secret. */
  readonly probes: readonly string[];
  readonly pattern: RegExp;
}

/** The keys and tokens of one session, which are removed from everything it shows. */
export class Secrets {
  readonly #keys: readonly string[];
  readonly #tokens: string[] = [];
  /** Both are created when needed, and again after a token is added. */
  #all: Matcher | undefined;
  #unspeakable: Matcher | undefined;

  /** @param keys from the options; never forgotten. */
  constructor(keys: readonly string[] = []) {
    this.#keys = keys;
  }

  /** Earlier tokens stay secret: they may still be valid. */
  add(token: string): void {
    if (this.#tokens.includes(token)) return;
    this.#tokens.push(token);
    if (this.#tokens.length > mostTokens) this.#tokens.shift();
    this.#all = this.#unspeakable = undefined;
  }

  /** Replaces keys and tokens in a text: plain, URL-encoded, and inside JSON. */
  redact(text: string): string {
    return replaced(text, this.#every());
  }

  /** The same for text from the wire, in which JSON may have escaped any character. */
  redactRaw(raw: string): string {
    const literal = this.redact(raw);
    if (!raw.includes("\\") || this.#every().probes.length === 0) return literal;
    const plain = unescaped(literal);
    const clean = this.redact(plain);
    return clean === plain ? literal : clean;
  }

  /**
   * Parses JSON, and replaces secrets in its strings and field names. In transcripts and names, an ordinary word stays even if
   * it is used as a token.
   *
   * @param keep values of `type` that stay.
   */
  parse(raw: string, keep: (type: string) => boolean): unknown {
    this.#unspeakable ??= matcher([...this.#keys, ...this.#tokens].filter((secret) => !isWord(secret)));
    const spoken = this.#unspeakable;
    return JSON.parse(raw, (key: string, value: unknown) => {
      if (typeof value === "string") {
        if (key === "type" && keep(value)) return value;
        return replaced(value, spokenFields.has(key) ? spoken : this.#every());
      }
      if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
      return Object.fromEntries(Object.entries(value).map(([name, field]) => [replaced(name, spoken), field]));
    });
  }

  /**
   * A cause that is safe to pass on: name, message, stack and `code` of what was thrown, with secrets replaced, and none of its
   * other properties, because errors often carry request objects and headers.
   */
  redactCause(cause: unknown): Error | undefined {
    if (cause === undefined || cause === null) return undefined;
    const text = (key: string): string | undefined => {
      const value: unknown = attempt(() => typeof cause === "object" && Reflect.get(cause, key));
      return typeof value === "string" ? this.redact(value) : undefined;
    };
    const safe = new Error(
      text("message") || text("code") || this.redact(attempt(() => String(cause)) ?? typeof cause),
    );
    safe.name = text("name") ?? "Error";
    const stack = text("stack");
    if (stack) safe.stack = stack;
    const code = text("code");
    return code ? Object.assign(safe, { code }) : safe;
  }

  /** An error that a caller's function threw. */
  redactError(error: StreamingError): StreamingError {
    const message = this.redact(error.message);
    if (message === error.message && error.cause === undefined) return error;
    return withMessage(error, message, this.redactCause(error.cause));
  }

  #every(): Matcher {
    this.#all ??= matcher([...this.#keys, ...this.#tokens]);
    return this.#all;
  }
}

/** Fields in which the service repeats what was said, or a model's answer to it. */
const spokenFields: ReadonlySet<string> = new Set(["transcript", "utterance", "text", "content"]);

function isWord(secret: string): boolean {
  return secret.length < longestWord && /^[\p{L}_\s]*$/u.test(secret);
}

function matcher(secrets: readonly string[]): Matcher {
  const forms = [...new Set(secrets.filter((secret) => secret.length >= shortest).flatMap(written))];
  // Longer forms first, so that none is replaced partly; in one pass, so that no replacement is replaced.
  forms.sort((a, b) => b.length - a.length);
  const halves = forms.filter((form) => form.length >= long).map((form) => form.slice(0, long / 2));
  const patterns = [...forms.map(escaped), ...halves.map((half) => `${escaped(half)}[^\\s"'&]*`)];
  return {
    probes: [...new Set([...halves, ...forms.slice(halves.length)])],
    pattern: new RegExp(patterns.join("|"), "g"),
  };
}

function replaced(text: string, { probes, pattern }: Matcher): string {
  return probes.some((probe) => text.includes(probe)) ? text.replace(pattern, "[redacted]") : text;
}

/**
 * A secret as it is; as `encodeURIComponent` shows it, and as a URL's query does (they differ in `!'()*~` and the space),
 * with escapes in capitals or not; within JSON, and within JSON that is quoted in JSON.
 */
function written(secret: string): string[] {
  const wellFormed = secret.replace(/\p{Surrogate}/gu, "\ufffd");
  const inUrl = [encodeURIComponent(wellFormed), new URLSearchParams({ "": wellFormed }).toString().slice(1)];
  const small = inUrl.map((form) => form.replace(/%../g, (byte) => byte.toLowerCase()));
  return [secret, ...inUrl, ...small, inJson(secret), inJson(inJson(secret))];
}

function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

const controlLetters = "bfnrt";
const controls = "\b\f\n\r\t";

/** JSON text with its escapes undone: one letter has several. */
function unescaped(raw: string): string {
  return raw.replace(/\\(?:u([\da-f]{4})|(.))/gi, (_whole, code: string | undefined, letter: string) =>
    code === undefined
      ? controls.charAt(controlLetters.indexOf(letter)) || letter
      : String.fromCharCode(Number.parseInt(code, 16)),
  );
}

function escaped(form: string): string {
  return form.replace(/[^\w]/g, "\\$&");
}
