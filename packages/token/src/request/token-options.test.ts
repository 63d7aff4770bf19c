import { describe, expect, it } from "vitest";
import { TokenError } from "../errors/token-error.ts";
import { checkTokenOptions } from "./token-options.ts";

const right = { apiKey: "not-a-real-key", expiresInSeconds: 60 };

function refusal(options: unknown): string {
  try {
    checkTokenOptions(options);
  } catch (error) {
    if (error instanceof TokenError && error.code === "invalid-options") return error.message;
    throw error;
  }
  throw new Error("The options were accepted.");
}

describe("the options", () => {
  it("have defaults", () => {
    expect(checkTokenOptions(right)).toMatchObject({
      apiHost: "streaming.assemblyai.com",
      timeout: 10_000,
      maxRetries: 2,
      retryDelay: 500,
    });
  });

  it.each([0, -1, 601, 1.5])("leave the range of expiresInSeconds to the service: %d", (expiresInSeconds) => {
    expect(checkTokenOptions({ ...right, expiresInSeconds }).expiresInSeconds).toBe(expiresInSeconds);
  });

  it.each([
    [{ apiKey: undefined }, "apiKey must be a string (it is undefined: is the environment variable set?)"],
    [{ apiKey: "" }, "apiKey is empty"],
    [{ expiresInSeconds: "60" }, 'expiresInSeconds must be a number of seconds (got "60")'],
    [{ expiresInSeconds: Number.NaN }, "expiresInSeconds must be a number of seconds (got NaN)"],
    [{ expiresInSeconds: Number.POSITIVE_INFINITY }, "expiresInSeconds must be finite (got Infinity)"],
    [{ maxSessionDurationSeconds: null }, "maxSessionDurationSeconds must be a number of seconds (got null)"],
    [{ apiHost: "" }, 'apiHost is empty (got "")'],
    [{ fetch: "fetch" }, 'fetch must be a function (got "fetch")'],
    [{ signal: {} }, "signal must be an AbortSignal (got object)"],
    [{ timeout: -1 }, "timeout must not be negative (got -1)"],
    [{ timeout: 2 ** 31 }, "timeout must be at most 2147483647 (got 2147483648)"],
    [{ maxRetries: 0.5 }, "maxRetries must be whole (got 0.5)"],
  ])("are refused with the name, the reason and the value: %o", (wrong, message) => {
    expect(refusal({ ...right, ...wrong })).toContain(message);
  });

  it("are refused all at once, and never quote the key", () => {
    const message = refusal({ apiKey: "not-a-real-key", expiresInSeconds: "not-a-real-key", timeout: "soon" });
    expect(message).toContain("expiresInSeconds must be");
    expect(message).toContain("timeout must be");
    expect(message).not.toContain("not-a-real");
  });

  it("are refused when there are none", () => {
    expect(refusal(undefined)).toContain("options must be an object");
  });
});
