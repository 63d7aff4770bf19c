import { describe, expect, test } from "vitest";
import { StreamingError, type StreamingErrorCode } from "../errors/streaming-error.ts";
import { RetryPolicy } from "./retry-policy.ts";

const reconnect = { maxAttempts: 2, maxDelay: 1500, replayBuffer: 0 };
const lost = fail("connection-lost");

function fail(code: StreamingErrorCode, retryable = true): StreamingError {
  return new StreamingError(code, "It failed.", { retryable });
}

/** The longest delays: full jitter's upper bound. */
function policy(settings: { reconnect?: typeof reconnect | undefined } = { reconnect }) {
  return new RetryPolicy(
    { reconnect: undefined, maxConnectionRetries: 3, connectionRetryDelay: 500, ...settings },
    () => 1,
  );
}

test("before the first Begin, maxConnectionRetries counts, and delays double up to their bound", () => {
  const retries = policy();
  expect([1, 2, 3, 4].map(() => retries.delay(lost, 0))).toEqual([500, 1000, 1500, undefined]);
});

test("after it, reconnect.maxAttempts counts", () => {
  const retries = policy();
  retries.begun(0);
  expect([1, 2, 3].map(() => retries.delay(lost, 0))).toEqual([500, 1000, undefined]);
});

test("without reconnect there is no attempt after Begin", () => {
  const retries = policy({ reconnect: undefined });
  retries.begun(0);
  expect(retries.delay(lost, 0)).toBeUndefined();
});

test("a handshake that is refused is final at first, and not later", () => {
  const retries = policy();
  expect(retries.delay(fail("handshake-rejected"), 0)).toBeUndefined();
  retries.begun(0);
  expect(retries.delay(fail("handshake-rejected"), 0)).toBe(500);
});

test.each([502, 503, 504])(
  "HTTP %i of a gateway at the first handshake is retried, maxConnectionRetries times",
  (status) => {
    const rejected = new StreamingError("handshake-rejected", "It failed.", { retryable: true, status });
    const retries = policy();
    expect([1, 2, 3, 4].map(() => retries.delay(rejected, 0))).toEqual([500, 1000, 1500, undefined]);
  },
);

test.each([400, 404, 429, 500, 501])("HTTP %i at the first handshake is final", (status) => {
  const retryable = status === 429 || status >= 500;
  const rejected = new StreamingError("handshake-rejected", "It failed.", { retryable, status });
  expect(policy().delay(rejected, 0)).toBeUndefined();
});

test("a handshake that was refused for a minute or less is retried when Retry-After says", () => {
  const asked = (retryAfterSeconds: number) =>
    new StreamingError("handshake-rejected", "Busy.", { retryable: true, status: 503, retryAfterSeconds });
  expect(policy().delay(asked(2), 0)).toBe(2500);
  expect(policy().delay(asked(61), 0)).toBeUndefined();
});

test("what cannot be repaired by trying again is not tried again", () => {
  const retries = policy();
  retries.begun(0);
  expect(retries.delay(fail("unauthorized", false), 0)).toBeUndefined();
});

test("a server that says how long to wait is left alone for as long, and jitter comes on top", () => {
  const asked = (retryAfterSeconds: number) =>
    new StreamingError("token-failed", "Too many requests.", { retryable: true, retryAfterSeconds });
  const retries = policy();
  expect(retries.delay(asked(7), 0)).toBe(7500);
  expect(retries.delay(asked(60), 0)).toBe(61_000);
  expect(retries.delay(asked(61), 0)).toBeUndefined();
});

test.each([
  ["a final turn", (retries: RetryPolicy) => retries.progressed(), 0],
  ["half a minute of life", (retries: RetryPolicy) => retries.begun(0), 30_001],
])("%s starts the count again", (_, progress, now) => {
  const retries = policy();
  retries.begun(0);
  retries.delay(lost, 0);
  retries.delay(lost, 0);
  progress(retries);
  expect(retries.delay(lost, now)).toBe(500);
});

test("a connection that stood once does not make later failures look steady", () => {
  const retries = policy();
  retries.begun(0);
  expect(retries.delay(lost, 40_000)).toBe(500);
  expect(retries.delay(lost, 80_000)).toBe(1000);
  expect(retries.delay(lost, 120_000)).toBeUndefined();
});

describe("too many sessions", () => {
  const refused = fail("too-many-sessions");

  test("are retried after tens of seconds, as often as any failure", () => {
    const retries = policy();
    expect([1, 2, 3, 4].map(() => retries.delay(refused, 0))).toEqual([40_000, 40_000, 40_000, undefined]);
    retries.begun(0);
    retries.progressed();
    expect([1, 2, 3].map(() => retries.delay(refused, 0))).toEqual([40_000, 40_000, undefined]);
  });

  test("are never retried within 20 s, for any random number", () => {
    const soonest = new RetryPolicy({ reconnect, maxConnectionRetries: 1, connectionRetryDelay: 0 }, () => 0);
    expect(soonest.delay(refused, 0)).toBe(20_000);
  });

  test("say in the last error how long they were retried", () => {
    const retries = policy();
    expect(retries.final(refused).message).toBe("It failed.");
    for (let i = 0; i < 3; i++) retries.delay(refused, 0);
    expect(retries.final(refused)).toMatchObject({
      code: "too-many-sessions",
      retryable: true,
      message: "It failed. 3 retries over 120 s did not help.",
    });
    expect(retries.final(lost)).toBe(lost);
  });

  test("wait for a longer Retry-After", () => {
    const asked = new StreamingError("too-many-sessions", "It failed.", { retryable: true, retryAfterSeconds: 55 });
    expect(policy().delay(asked, 0)).toBe(55_000);
  });
});
