import { afterEach, describe, expect, it, vi } from "vitest";
import { createRateLimit } from "./rate-limit.ts";
import { memoryLimiter } from "./rate-limiters.ts";

afterEach(() => vi.useRealTimers());

describe("a limit in memory", () => {
  it("says when a key is allowed again, and allows it then", async () => {
    vi.useFakeTimers();
    const { take } = memoryLimiter({ requests: 2, perSeconds: 10 });
    expect([await take("a"), await take("a")]).toEqual([{ allowed: true }, { allowed: true }]);
    await vi.advanceTimersByTimeAsync(4_000);
    expect(await take("a")).toEqual({ allowed: false, retryAfterSeconds: 6 });
    expect(await take("b")).toEqual({ allowed: true });
    await vi.advanceTimersByTimeAsync(6_001);
    expect(await take("a")).toEqual({ allowed: true });
  });

  it("is bounded: beyond its limit the oldest key is forgotten, the newest is not", async () => {
    const { take } = memoryLimiter({ requests: 1, perSeconds: 60 }, 3);
    for (const key of ["a", "b", "c", "d"]) await take(key);
    expect((await take("d")).allowed).toBe(false);
    expect((await take("a")).allowed).toBe(true);
  });

  it("at its bound forgets nobody for a key that it knows, least of all the key itself", async () => {
    const { take } = memoryLimiter({ requests: 1, perSeconds: 60 }, 3);
    for (const key of ["a", "b", "c"]) await take(key);
    for (const key of ["a", "a", "c", "b"]) expect(await take(key)).toMatchObject({ allowed: false });
  });

  it("forgets keys whose window is over, also where the platform runs no timers", async () => {
    vi.useFakeTimers({ toFake: ["Date", "setTimeout", "clearTimeout"] });
    const { take } = memoryLimiter({ requests: 1, perSeconds: 1 });
    await take("a");
    await take("b");
    expect(vi.getTimerCount()).toBe(2);
    vi.setSystemTime(Date.now() + 1_001);
    await take("c");
    expect(vi.getTimerCount()).toBe(1);
  });
});

describe("a limiter of one's own", () => {
  const apiKey = "not-a-real-key-0123456789";
  const key = "identity:ada";

  it("is asked, and its answer holds", async () => {
    const limiter = { take: vi.fn(async () => ({ allowed: false, retryAfterSeconds: 3 })) };
    const limit = createRateLimit({ limiter }, () => apiKey);
    expect(await limit(key, () => {})).toEqual({ allowed: false, retryAfterSeconds: 3 });
    expect(limiter.take).toHaveBeenCalledWith(key);
  });

  it.each([
    ["rejects", () => Promise.reject(new Error("down"))],
    [
      "throws",
      () => {
        throw new Error("down");
      },
    ],
    ["hangs", () => new Promise<never>(() => {})],
    ["answers nonsense", () => Promise.resolve("fine")],
    ["answers nothing", () => Promise.resolve(undefined)],
  ])("that %s lets nobody through", async (_, take) => {
    // @ts-expect-error Types forbid some of these; not everyone compiles.
    const limit = createRateLimit({ limiter: { take }, timeout: 20 }, () => apiKey);
    await expect(limit(key, () => {})).rejects.toMatchObject({ code: "rate-limit-failed" });
  });

  it("that fails is replaced by a limit in memory where that was chosen, and that is reported", async () => {
    const limiter = { take: () => Promise.reject(new Error("down")) };
    const limit = createRateLimit({ limiter, whenUnavailable: "memory", requests: 1 }, () => apiKey);
    const heard = vi.fn();
    expect((await limit(key, heard)).allowed).toBe(true);
    expect((await limit(key, heard)).allowed).toBe(false);
    expect(heard).toHaveBeenCalledTimes(2);
  });
});
