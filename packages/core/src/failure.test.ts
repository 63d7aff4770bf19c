import { describe, expect, test } from "vitest";
import { connectionFailure, serviceFailure } from "./failure.ts";

describe("a code of the service (protocol section 5)", () => {
  test.each([
    [410, "invalid-message", false],
    [1000, "server-error", false],
    [1006, "connection-lost", true],
    [1008, "unauthorized", false],
    [1009, "audio-rejected", false],
    [1011, "server-error", true],
    [1013, "server-error", true],
    [3005, "server-error", true],
    [3006, "invalid-message", false],
    [3007, "audio-rejected", false],
    [3008, "session-expired", true],
    [3009, "too-many-sessions", true],
    [4000, "invalid-message", false],
    [4001, "unauthorized", false],
    [4002, "unauthorized", false],
    [4003, "unauthorized", false],
    [4004, "session-expired", false],
    [4008, "session-expired", false],
    [4010, "session-expired", false],
    [4029, "audio-rejected", true],
    [4030, "server-error", true],
    [4031, "inactivity", true],
    [4032, "audio-rejected", false],
    [4033, "audio-rejected", false],
    [4034, "audio-rejected", false],
    [4100, "invalid-message", false],
    [4101, "invalid-message", false],
    [4102, "too-many-sessions", false],
    [4103, "server-error", true],
    [4999, "server-error", false],
  ] as const)("%i is %s, retryable: %s", (closeCode, code, retryable) => {
    const error = serviceFailure(closeCode, "What the service said", "session-1");
    expect(error).toMatchObject({ code, retryable, closeCode, sessionId: "session-1" });
    expect(error.message).toMatch(new RegExp(`^What the service said \\(code ${closeCode}\\)\\. [A-Z].*\\.$`));
  });

  test.each([
    [1008, "Too many concurrent sessions", "too-many-sessions", true],
    [1008, "Unauthorized Connection: Invalid API key", "unauthorized", false],
    [3006, "Session terminated due to inactivity: No messages received for 5 seconds", "inactivity", true],
    [3006, "User Input Validation Error: Invalid 'vad_threshold': no", "invalid-message", false],
    [0, "Unauthorized Connection: Missing Authorization header", "unauthorized", false],
    [0, "Something else", "server-error", false],
  ] as const)("%i with %j is %s, retryable: %s", (closeCode, text, code, retryable) => {
    expect(serviceFailure(closeCode, text)).toMatchObject({ code, retryable });
  });

  test("that is missing is not shown as one", () => {
    const error = serviceFailure(0, "Out of order");
    expect(error.closeCode).toBeUndefined();
    expect(error.message).not.toContain("code 0");
  });

  test("without words still says what happened", () => {
    expect(serviceFailure(1011, "").message).toContain("The connection was closed (code 1011)");
  });
});

describe("a connection that did not stand", () => {
  test.each([
    [401, "unauthorized", false],
    [403, "unauthorized", false],
    [400, "handshake-rejected", false],
    [404, "handshake-rejected", false],
    [429, "handshake-rejected", true],
    [500, "handshake-rejected", true],
    [503, "handshake-rejected", true],
  ] as const)("HTTP %i is %s, retryable: %s", (status, code, retryable) => {
    const error = connectionFailure({ code: 1006, reason: "", status }, false, "host.example");
    expect(error).toMatchObject({ code, retryable, status, closeCode: 1006 });
    expect(error.message).toContain(`host.example answered the WebSocket handshake with HTTP ${status}.`);
  });

  test("names the host and the cause, and may be tried again", () => {
    const cause = new Error("getaddrinfo ENOTFOUND");
    const error = connectionFailure({ code: 1006, reason: "", cause }, false, "host.example");
    expect(error).toMatchObject({ code: "connection-failed", retryable: true, cause });
    expect(error.message).toBe("No connection to host.example: getaddrinfo ENOTFOUND. Check apiHost and the network.");
    expect(connectionFailure({ code: 1006, reason: "" }, false, "h").message).toContain("No connection to h. Check");
  });
});

describe("a connection that broke", () => {
  test.each([
    [{ code: 1006, reason: "" }, "connection-lost", "The connection to h was lost (code 1006)"],
    [{ code: 3005, reason: "Session Cancelled" }, "server-error", "Session Cancelled (code 3005)"],
  ] as const)("%j keeps its code, its words and its cause", (end, code, message) => {
    const cause = new Error("reset");
    const error = connectionFailure({ ...end, cause }, true, "h", "session-1");
    expect(error).toMatchObject({ code, retryable: true, closeCode: end.code, sessionId: "session-1", cause });
    expect(error.message).toContain(message);
  });
});
