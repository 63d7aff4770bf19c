import { describe, expect, test } from "vitest";
import { StreamingError } from "../errors/streaming-error.ts";
import { errorFromCloseCode, errorFromSocketEnd } from "./close-codes.ts";

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
    const error = errorFromCloseCode(closeCode, "What the service said", "session-1");
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
    expect(errorFromCloseCode(closeCode, text)).toMatchObject({ code, retryable });
  });

  test("that is missing is not shown as one", () => {
    const error = errorFromCloseCode(0, "Out of order");
    expect(error.closeCode).toBeUndefined();
    expect(error.message).not.toContain("code 0");
  });

  test("without words still says what happened", () => {
    expect(errorFromCloseCode(1011, "").message).toContain("The connection was closed (code 1011)");
  });
});

describe("a close code of the WebSocket protocol", () => {
  test.each([
    [1001, "connection-lost", true, "is being replaced"],
    [1002, "server-error", true, "A proxy on the way"],
    [1003, "invalid-message", false, "check apiHost and encoding"],
    [1005, "connection-lost", true, "No reason was given"],
    [1006, "connection-lost", true, "Check the network"],
    [1007, "invalid-message", false, "could not read"],
    [1009, "audio-rejected", false, "lower frameDuration"],
    [1010, "server-error", false, "WebSocket extension"],
    [1011, "server-error", true, "The service failed"],
    [1012, "connection-lost", true, "is being replaced"],
    [1013, "server-error", true, "overloaded"],
    [1014, "connection-lost", true, "is being replaced"],
    [1015, "connection-failed", true, "certificate"],
  ])("%i is %s, worth a retry: %s, and the message says: %s", (closeCode, code, retryable, remedy) => {
    const failure = errorFromSocketEnd({ code: closeCode, reason: "" }, true, "h", "session-1");
    expect(failure).toMatchObject({ code, closeCode, retryable, message: expect.stringContaining(remedy) });
    if (closeCode !== 1006) expect(failure.message).not.toContain("Check the network");
  });
});

test.each([
  ["WS_ERR_UNSUPPORTED_MESSAGE_LENGTH", "Max payload size exceeded"],
  ["WS_ERR_INVALID_UTF8", "Invalid WebSocket frame: invalid UTF-8 sequence"],
  ["WS_ERR_UNEXPECTED_RSV_1", "Invalid WebSocket frame: RSV1 must be clear"],
])("a message that the socket refuses (%s) is not blamed on the network", (code, text) => {
  const cause = Object.assign(new Error(text), { code });
  const failure = errorFromSocketEnd({ code: 1006, reason: "", cause }, true, "h", "session-1");
  expect(failure).toMatchObject({ code: "server-error", retryable: true, sessionId: "session-1" });
  expect(failure.message).toContain(`h sent an unreadable message: ${text}`);
  expect(failure.message).not.toContain("Check the network");
});

describe("a connection that never opened", () => {
  test.each([
    [401, "unauthorized", false],
    [403, "unauthorized", false],
    [400, "handshake-rejected", false],
    [404, "handshake-rejected", false],
    [429, "handshake-rejected", true],
    [500, "handshake-rejected", true],
    [503, "handshake-rejected", true],
  ] as const)("HTTP %i is %s, retryable: %s", (status, code, retryable) => {
    const error = errorFromSocketEnd({ code: 1006, reason: "", status }, false, "host.example");
    expect(error).toMatchObject({ code, retryable, status, closeCode: 1006 });
    expect(error.message).toContain(`host.example answered the WebSocket handshake with HTTP ${status}.`);
  });

  test("names the host and the cause, and may be tried again", () => {
    const cause = new Error("getaddrinfo ENOTFOUND");
    const error = errorFromSocketEnd({ code: 1006, reason: "", cause }, false, "host.example");
    expect(error).toMatchObject({ code: "connection-failed", retryable: true, cause });
    expect(error.message).toBe("No connection to host.example: getaddrinfo ENOTFOUND. Check apiHost and the network.");
    expect(errorFromSocketEnd({ code: 1006, reason: "" }, false, "h").message).toContain("No connection to h. Check");
  });
});

describe("a refused handshake", () => {
  const refused = (status: number, more: object = {}, attempt = { byToken: false, urlLength: 0 }) =>
    errorFromSocketEnd({ code: 1006, reason: "", status, ...more }, false, "h", undefined, attempt);

  test.each([
    [414, 9000, "The URL, of 9000 characters, is too long."],
    [431, 9000, "The URL, of 9000 characters, is too long."],
    [400, 9000, "The URL, of 9000 characters, is too long."],
    [400, 300, "Check apiHost."],
    [302, 300, "Redirects are not followed"],
    [407, 300, "A proxy requires a user name and password"],
    [503, 300, "Try again later"],
  ])("HTTP %i for a URL of %i characters: %s", (status, urlLength, remedy) => {
    expect(refused(status, {}, { byToken: false, urlLength }).message).toContain(remedy);
  });

  test("keeps what the answer said, and its Retry-After", () => {
    const failure = refused(503, { body: "Deploying", retryAfterSeconds: 3 });
    expect(failure.message).toContain('HTTP 503 ("Deploying"). ');
    expect(failure.retryAfterSeconds).toBe(3);
  });

  test("of a token does not speak of an API key", () => {
    const { code, message } = refused(401, {}, { byToken: true, urlLength: 10 });
    expect(code).toBe("unauthorized");
    expect(message).toContain("The token was rejected. It has expired or was already used: mint a new token");
    expect(message).not.toMatch(/key/i);
  });
});

describe("a token that the service refuses", () => {
  const byToken = { byToken: true, urlLength: 10 };

  test.each([
    [1008, "Unauthorized Connection: Invalid API key"],
    [0, "Unauthorized Connection: Missing Authorization header"],
    [4001, ""],
    [1008, "Token expired"],
  ])("%i %j: the message says that the token was rejected, and to mint a new one", (closeCode, text) => {
    const { code, message } = errorFromCloseCode(closeCode, text, undefined, byToken);
    expect(code).toBe("unauthorized");
    expect(message).toMatch(
      /^The service rejected the token \(.+\)\. It has expired or was already used: mint a new token/,
    );
    expect(message).toContain(text);
  });

  test.each([
    [1008, "Insufficient funds"],
    [4002, "Insufficient Funds"],
    [4003, "This feature is paid-only"],
  ])("%i %j concerns the account, not the token", (closeCode, text) => {
    expect(errorFromCloseCode(closeCode, text, undefined, byToken).message).toContain("that the account may stream");
  });

  test("a key is called a key", () => {
    const { message } = errorFromCloseCode(1008, "Unauthorized Connection: Invalid API key");
    expect(message).not.toContain("rejected the token");
  });
});

test("a failure that the socket explained itself is passed on with the session's details", () => {
  const failure = new StreamingError("connection-failed", "The page's policy blocks it.");
  const error = errorFromSocketEnd({ code: 1006, reason: "", failure }, true, "h", "session-1");
  expect(error).toMatchObject({ code: "connection-failed", retryable: false, sessionId: "session-1" });
  expect(error.message).toBe("The page's policy blocks it.");
});

describe("a connection that broke", () => {
  test.each([
    [{ code: 1006, reason: "" }, "connection-lost", "The connection to h was lost (code 1006)"],
    [{ code: 3005, reason: "Session Cancelled" }, "server-error", "Session Cancelled (code 3005)"],
  ] as const)("%j keeps its code, its words and its cause", (end, code, message) => {
    const cause = new Error("reset");
    const error = errorFromSocketEnd({ ...end, cause }, true, "h", "session-1");
    expect(error).toMatchObject({ code, retryable: true, closeCode: end.code, sessionId: "session-1", cause });
    expect(error.message).toContain(message);
  });
});
