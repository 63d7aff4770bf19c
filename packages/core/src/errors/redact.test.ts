import { inspect } from "node:util";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Secrets } from "./redact.ts";

const redact = (text: string, secrets: readonly string[]) => new Secrets(secrets).redact(text);
const redactCause = (cause: unknown, secrets: readonly string[]) => new Secrets(secrets).redactCause(cause);

const token = "tok/en+with=all ~'(*)! of them";

describe("redact", () => {
  test.each([
    ["plain", token],
    ["as encodeURIComponent has it", encodeURIComponent(token)],
    ["as a URL's query has it", new URL(`wss://host/?${new URLSearchParams({ token })}`).href],
    ["twice", `${token}${token}`],
  ])("takes a secret out, %s", (_how, text) => {
    const clean = redact(`Before ${text} after`, [token]);
    expect(clean).toMatch(/^Before .*\[redacted\].* after$/);
    expect(clean).not.toMatch(/en.+with|all/);
  });

  test("takes a short one out of a URL's query, which encodes more than encodeURIComponent", () => {
    const { href } = new URL(`wss://host/?${new URLSearchParams({ token: "s~'(!) t" })}&mode=balanced`);
    expect(redact(href, ["s~'(!) t"])).toBe("wss://host/?token=[redacted]&mode=balanced");
  });

  test("leaves no rest of a secret that begins with another", () => {
    expect(redact("abcdef abc", ["abc", "abcdef"])).toBe("[redacted] [redacted]");
  });

  test("does not read a secret as a pattern", () => {
    expect(redact("a.c abc (", ["a.c", ".*", "((("])).toBe("[redacted] abc (");
  });

  test("leaves no secret in any text, and never throws", () => {
    const secret = fc.string({ unit: "binary", minLength: 3, maxLength: 12 });
    fc.assert(
      fc.property(
        fc.array(secret, { minLength: 1, maxLength: 3 }),
        fc.array(fc.string(), { maxLength: 4 }),
        (secrets, parts) => {
          fc.pre(secrets.every((each) => !"[redacted][redacted]".includes(each)));
          const text = parts.map((part, i) => part + (secrets[i % secrets.length] ?? "")).join("|");
          const clean = redact(text, secrets);
          // Removing a secret may create another one around it; a separator prevents that.
          for (const part of clean.split("[redacted]")) for (const each of secrets) expect(part).not.toContain(each);
        },
      ),
      { numRuns: 300 },
    );
  });

  test.each([[[]], [[""]], [["ab"]]])("changes nothing for %j", (secrets) => {
    expect(redact("cab in the abbey", secrets)).toBe("cab in the abbey");
  });
});

describe("a cause", () => {
  const request = { headers: { Authorization: token }, url: `wss://host/?token=${token}` };

  test("keeps its name, message, code and stack, without the secrets, and nothing else", () => {
    const thrown = Object.assign(new TypeError(`No answer to ${token}`, { cause: new Error(token) }), {
      code: "ECONNREFUSED",
      request,
      errors: [new Error(token)],
    });
    const safe = redactCause(thrown, [token]);
    expect(safe).toMatchObject({ name: "TypeError", message: "No answer to [redacted]", code: "ECONNREFUSED" });
    expect(safe?.stack).toContain("redact.test");
    expect(Object.getOwnPropertyNames(safe).sort()).toEqual(["code", "message", "name", "stack"]);
    expect(inspect(safe, { depth: 9, showHidden: true }) + JSON.stringify(safe)).not.toContain("with=all");
  });

  test.each([
    ["text", `no ${token}`, "no [redacted]"],
    [
      "an error without words, as Node's of several addresses",
      Object.assign(new AggregateError([]), { code: "ECONNREFUSED" }),
      "ECONNREFUSED",
    ],
    ["a number", 7, "7"],
    ["an object that has no text", Object.create(null), ""],
    ["a symbol", Symbol("s"), "Symbol(s)"],
  ])("is an Error, made of %s", (_kind, thrown, message) => {
    expect(redactCause(thrown, [token])).toMatchObject({ message: expect.stringContaining(message) });
  });

  test("whose getters throw has nothing to say, and does no harm", () => {
    const mean = new Proxy(new Error(), {
      get() {
        throw new Error("no");
      },
    });
    expect(redactCause(mean, [token])).toBeInstanceOf(Error);
    expect(redactCause(Proxy.revocable({}, {}).proxy, [])).toBeInstanceOf(Error);
  });

  test.each([undefined, null])("of %s is none", (cause) => {
    expect(redactCause(cause, [token])).toBeUndefined();
  });
});

describe("a session's secrets", () => {
  test("keep the keys however many tokens come, and the newest hundred of these", () => {
    const secrets = new Secrets(["key-of-the-account"]);
    for (let i = 0; i < 1000; i++) secrets.add(`token-${i}-`);
    expect(secrets.redact("key-of-the-account token-999- token-900- token-1-")).toBe(
      "[redacted] [redacted] [redacted] token-1-",
    );
  });

  const parse = (secret: string, value: unknown) =>
    new Secrets([secret]).parse(JSON.stringify(value), (type) => type === "Turn");

  test("leave an ordinary word in what people say, in names and in the type, though it is used as a token", () => {
    for (const word of ["Turn", "transcript", "development"]) {
      const event = { type: "Turn", transcript: word, words: [{ text: word }], [word]: 1 };
      expect(parse(word, event)).toEqual(event);
      expect(parse(word, { note: word })).toEqual({ note: "[redacted]" });
    }
  });

  test("are taken out of speech, too, if they cannot be a word", () => {
    expect(parse("tok-1", { transcript: "tok-1", "tok-1": ["tok-1"] })).toEqual({
      transcript: "[redacted]",
      "[redacted]": ["[redacted]"],
    });
  });
});
