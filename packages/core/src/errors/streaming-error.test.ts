import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { StreamingError } from "./streaming-error.ts";

describe("a StreamingError", () => {
  test("says what it is, in every form", () => {
    const cause = new Error("why");
    const error = new StreamingError("server-error", "It broke.", {
      closeCode: 1011,
      status: 500,
      sessionId: "s",
      retryable: true,
      cause,
    });
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({
      name: "StreamingError",
      code: "server-error",
      message: "It broke.",
      closeCode: 1011,
      status: 500,
      sessionId: "s",
      retryable: true,
      cause,
    });
    expect(String(error)).toBe("StreamingError: It broke.");
    expect(inspect(error)).toContain("server-error");
  });

  test("has no cause, and is not retryable, by default", () => {
    const error = new StreamingError("aborted", "It is over.");
    expect("cause" in error).toBe(false);
    expect(error.retryable).toBe(false);
  });
});
