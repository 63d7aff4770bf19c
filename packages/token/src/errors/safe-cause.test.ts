import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { causeFromUserCode, redact, safeCause } from "./safe-cause.ts";

const secret = fc.string({ minLength: 8, maxLength: 40, unit: fc.constantFrom(..."abcdef0123456789") });

describe("a text that may be shown", () => {
  it("is left as it is when it has nothing of the secret", () => {
    expect(redact("connect ECONNREFUSED", "0123456789")).toBe("connect ECONNREFUSED");
    expect(redact("anything", "")).toBe("anything");
  });

  it("never holds eight characters of the secret in a row", () => {
    fc.assert(
      fc.property(secret, fc.nat(), fc.string(), fc.string(), (key, at, before, after) => {
        const part = key.slice(at % (key.length - 7)).slice(0, 8);
        expect(redact(`${before}${part}${after}`, key)).not.toContain(part);
      }),
    );
  });

  it("holds them in no other case of letters either", () => {
    expect(redact("getaddrinfo abcdefgh.example", "xABCDEFGHx")).not.toContain("abcdefgh");
  });

  it("is cut to a length", () => {
    expect(redact("x".repeat(10_000), "secret-secret").length).toBeLessThan(500);
  });
});

describe("a cause that may be shown", () => {
  it("contains the chain of messages and codes", () => {
    const inner = Object.assign(new Error("getaddrinfo a.example"), { code: "ENOTFOUND" });
    const cause = safeCause(new TypeError("fetch failed", { cause: inner }), "0123456789");
    expect(cause.message).toBe("fetch failed: getaddrinfo a.example (ENOTFOUND)");
  });

  it("is made of an error whose properties cannot be read", () => {
    const error = new Error("fine");
    for (const name of ["stack", "message", "name", "code", "cause"])
      Object.defineProperty(error, name, { get: fails });
    expect(safeCause(error, "0123456789").message).toBe("unknown error");
    expect(causeFromUserCode(error, "0123456789").stack).toBe("Error: unknown error");
    function fails(): never {
      throw new Error("0123456789");
    }
  });

  it("has places, where it is of the user's code, but none that holds part of the secret", () => {
    const error = new Error("down");
    error.stack = "Error: down\n    at good (file.js:1:1)\n    at bad (https://a.example/?key=0123456789)";
    expect(causeFromUserCode(error, "0123456789").stack).toBe("Error: down\n    at good (file.js:1:1)");
  });

  it("ends on a chain that bites its tail", () => {
    const error = new Error("round");
    error.cause = error;
    expect(safeCause(error, "0123456789").message).toContain("round");
  });
});
