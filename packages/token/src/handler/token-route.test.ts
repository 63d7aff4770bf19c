import { describe, expect, it, vi } from "vitest";
import { everythingIn } from "../../test/failure.ts";
import { apiKey, ask, errorOf, setUp } from "../../test/handler-setup.ts";
import { type Answer, minted, startUpstream } from "../../test/upstream.ts";
import { createTokenHandler } from "../token-handler.ts";

describe("a failure of the service", () => {
  const hang = () => {};

  it.each<[string, Answer, number, string, string]>([
    ["refuses our key", { status: 401, body: { error: "Invalid API key" } }, 502, "no-token", "unauthorized"],
    [
      "refuses our durations",
      { status: 422, body: { detail: [{ msg: "too long" }] } },
      502,
      "no-token",
      "invalid-request",
    ],
    ["fails", { status: 500, body: { error: "stack trace" } }, 502, "no-token", "server-error"],
    ["answers nonsense", { body: "<html>" }, 502, "no-token", "invalid-response"],
    ["breaks the connection", (request) => request.socket.destroy(), 502, "no-token", "network"],
    ["limits our account", { status: 429, headers: { "retry-after": "900" } }, 503, "unavailable", "rate-limited"],
    ["does not answer", hang, 504, "timeout", "timeout"],
  ])("that %s: the visitor learns nothing of it, onError all", async (_, answer, status, code, cause) => {
    await using upstream = await startUpstream(answer);
    const { options, reports } = setUp(upstream);
    const response = await createTokenHandler({ ...options, timeout: answer === hang ? 200 : 10_000 })(ask());
    expect(response.status).toBe(status);
    const error = await errorOf(response);
    expect(error.code).toBe(code);
    const told = JSON.stringify([error, ...response.headers]);
    for (const secret of [apiKey, upstream.url, "Invalid", "key", "stack", "too long"])
      expect(told).not.toContain(secret);

    expect(reports).toHaveLength(1);
    expect(reports[0]?.error.code).toBe(cause);
    expect(reports[0]?.context).toMatchObject({ identity: "ada", status });
    if (reports[0]) expect(everythingIn(reports[0].error)).not.toContain(apiKey);
  });

  it("that asks to wait is passed on", async () => {
    await using upstream = await startUpstream({ status: 429, headers: { "retry-after": "900" } });
    const response = await createTokenHandler(setUp(upstream).options)(ask());
    expect(response.headers.get("retry-after")).toBe("900");
  });

  it("goes to the console where onError is not given, and an onError that throws harms nobody", async () => {
    const console_ = vi.spyOn(console, "error").mockImplementation(() => {});
    await using upstream = await startUpstream({ status: 401 });
    const { onError: _, ...options } = setUp(upstream).options;
    expect((await createTokenHandler(options)(ask())).status).toBe(502);
    expect(console_).toHaveBeenCalledTimes(1);
    const onError = () => {
      throw new Error("the log is full");
    };
    expect((await createTokenHandler({ ...options, onError })(ask())).status).toBe(502);
    console_.mockRestore();
  });

  it("is not waited for once the visitor has left, and is nobody's failure", async () => {
    await using upstream = await startUpstream(hang);
    const { options, reports } = setUp(upstream);
    const visitor = new AbortController();
    const answer = createTokenHandler(options)(ask({ signal: visitor.signal }));
    await upstream.received(1);
    visitor.abort();
    expect((await answer).status).toBe(499);
    expect(reports).toEqual([]);
  });
});

describe("a limiter of one's own that refuses", () => {
  it.each([
    [12.2, "13"],
    [undefined, "1"],
    [-5, "1"],
    [Number.NaN, "1"],
    [Number.POSITIVE_INFINITY, "1"],
    [Number.NEGATIVE_INFINITY, "1"],
    [1e300, "31536000"],
    [null, "1"],
    ["soon", "1"],
  ])("and asks for a pause of %s: the visitor gets %s s", async (retryAfterSeconds, header) => {
    await using upstream = await startUpstream(minted);
    const limiter = { take: async () => ({ allowed: false, retryAfterSeconds }) };
    // @ts-expect-error Types forbid some of these; not everyone compiles.
    const response = await createTokenHandler({ ...setUp(upstream).options, rateLimit: { limiter } })(ask());
    expect([response.status, response.headers.get("retry-after")]).toEqual([429, header]);
    expect(upstream.requests).toEqual([]);
  });
});

describe("an option that throws for an identity", () => {
  it("costs the visitor a 500, and onError gets which", async () => {
    await using upstream = await startUpstream(minted);
    const { options, reports } = setUp(upstream);
    const expiresInSeconds = () => {
      throw new Error("no plan");
    };
    expect((await createTokenHandler({ ...options, expiresInSeconds })(ask())).status).toBe(500);
    expect(reports[0]?.error).toMatchObject({ code: "option-failed", cause: { message: "no plan" } });
    expect(upstream.requests).toEqual([]);
  });

  it("or returns no number", async () => {
    await using upstream = await startUpstream(minted);
    const { options, reports } = setUp(upstream);
    // @ts-expect-error A text is no number of seconds.
    expect((await createTokenHandler({ ...options, expiresInSeconds: () => "60" })(ask())).status).toBe(500);
    expect(reports[0]?.error.code).toBe("invalid-options");
  });
});
