/** Where and why a text is no JSON. */
interface Fault {
  readonly reason: string;
  readonly at: number;
}

/**
 * Why a text is not JSON, in the words of the service, which parses with Python's `json`; `undefined` if it is. Pure.
 *
 * ```
 * Expecting property name enclosed in double quotes: line 1 column 2 (char 1)
 * ```
 */
export function jsonError(text: string): string | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch {
    // What follows finds the place.
  }
  const { reason, at } = new Scanner(text).fault();
  const before = text.slice(0, at);
  const line = before.split("\n").length;
  const column = at - before.lastIndexOf("\n");
  return `${reason}: line ${line} column ${column} (char ${at})`;
}

const value = "Expecting value";
const name = "Expecting property name enclosed in double quotes";
const literal = /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)/y;
const space = /[ \t\n\r]*/y;

/** Reads a text that is known not to be JSON up to the place where Python would stop. Nesting takes no stack. */
class Scanner {
  readonly #text: string;
  #at = 0;
  readonly #open: ("{" | "[")[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  fault(): Fault {
    for (;;) {
      this.#skip(space);
      const fault = this.#value() ?? this.#afterValue();
      if (fault !== undefined) return fault;
    }
  }

  /** Reads a value, with the beginnings of those that it is the first of. */
  #value(): Fault | undefined {
    for (;;) {
      const first = this.#text[this.#at];
      if (first === '"') return this.#string();
      if (first !== "{" && first !== "[") return this.#skip(literal) ? undefined : this.#stop(value);
      this.#at++;
      this.#skip(space);
      if (this.#text[this.#at] === (first === "{" ? "}" : "]")) {
        this.#at++;
        return undefined;
      }
      this.#open.push(first);
      const fault = first === "{" ? this.#name() : undefined;
      if (fault !== undefined) return fault;
    }
  }

  /** Reads what follows a value, up to the next. */
  #afterValue(): Fault | undefined {
    for (;;) {
      this.#skip(space);
      const open = this.#open.at(-1);
      if (open === undefined) return this.#stop("Extra data");
      const next = this.#text[this.#at];
      if (next === (open === "{" ? "}" : "]")) {
        this.#at++;
        this.#open.pop();
        continue;
      }
      if (next !== ",") return this.#stop("Expecting ',' delimiter");
      this.#at++;
      this.#skip(space);
      return open === "{" ? this.#name() : undefined;
    }
  }

  #name(): Fault | undefined {
    if (this.#text[this.#at] !== '"') return this.#stop(name);
    const fault = this.#string();
    if (fault !== undefined) return fault;
    this.#skip(space);
    if (this.#text[this.#at] !== ":") return this.#stop("Expecting ':' delimiter");
    this.#at++;
    this.#skip(space);
    return undefined;
  }

  #string(): Fault | undefined {
    const start = this.#at++;
    for (; ; this.#at++) {
      const letter = this.#text[this.#at];
      if (letter === undefined) return { reason: "Unterminated string starting at", at: start };
      if (letter === '"') break;
      if (letter < " ") return this.#stop("Invalid control character at");
      if (letter !== "\\") continue;
      const backslash = this.#at++;
      const escaped = this.#text[this.#at];
      if (escaped === undefined) return { reason: "Unterminated string starting at", at: start };
      if (escaped === "u") {
        if (!/^[\da-fA-F]{4}$/.test(this.#text.slice(this.#at + 1, this.#at + 5)))
          return { reason: "Invalid \\uXXXX escape", at: backslash + 1 };
        this.#at += 4;
      } else if (!'"\\/bfnrt'.includes(escaped)) return { reason: "Invalid \\escape", at: backslash };
    }
    this.#at++;
    return undefined;
  }

  #stop(reason: string): Fault {
    return { reason, at: this.#at };
  }

  /** Moves over what fits here. Returns whether anything did. */
  #skip(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    this.#at += found?.[0].length ?? 0;
    return found !== null;
  }
}
