import { afterEach, describe, expect, it, vi } from "vitest";
import { everythingIn } from "../../test/failure.ts";
import { apiKey, ask, errorOf, setUp } from "../../test/handler-setup.ts";
import { minted, startUpstream } from "../../test/upstream.ts";
import { createTokenHandler } from "../token-handler.ts";

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

class DatabaseError extends Error {
  override readonly name = "DatabaseError";
  readonly request = { headers: { authorization: apiKey } };
}

function fails(): never {
  throw new DatabaseError("SELECT failed", { cause: new Error(`sent ${apiKey.slice(3, 15)} along`) });
}

const never = () => new Promise<never>(() => {});

describe("what a user's function throws", () => {
  it.each([
    ["authorize", { authorize: fails }, "authorize-failed"],
    ["expiresInSeconds", { expiresInSeconds: fails }, "option-failed"],
    ["maxSessionDurationSeconds", { maxSessionDurationSeconds: async () => fails() }, "option-failed"],
    ["address", { address: fails, rateLimit: { by: "address" } }, "option-failed"],
  ] as const)(
    "in %s is reported without the key, by its name and place; the visitor gets 500",
    async (_, wrong, code) => {
      await using upstream = await startUpstream(minted);
      const { options, reports } = setUp(upstream);
      const response = await createTokenHandler({ ...options, ...wrong })(ask());
      expect(response.status).toBe(500);
      expect(JSON.stringify(await errorOf(response))).not.toMatch(/Database|SELECT/);
      expect(upstream.requests).toEqual([]);
      const [report] = reports;
      expect(report?.error).toMatchObject({ code, cause: { name: "DatabaseError" } });
      expect(report?.error.cause).toMatchObject({ stack: expect.stringMatching(/at fails .*run-callback\.test\.ts/) });
      if (report) expect(everythingIn(report.error)).not.toContain(apiKey.slice(3, 15));
    },
  );

  it("is quoted where it holds nothing of the key", async () => {
    await using upstream = await startUpstream(minted);
    const { options, reports } = setUp(upstream);
    const authorize = () => Promise.reject(new RangeError("no such plan", { cause: new Error("connection lost") }));
    await createTokenHandler({ ...options, authorize })(ask());
    expect(reports[0]?.error).toMatchObject({
      cause: { name: "RangeError", message: "no such plan: connection lost" },
    });
  });

  it.each([
    ["throws", () => fails()],
    ["rejects", async () => fails()],
  ])("in an onError that %s goes to the console, without the key, after what onError got", async (_, onError) => {
    const said = vi.spyOn(console, "error").mockImplementation(() => {});
    await using upstream = await startUpstream({ status: 401 });
    const response = await createTokenHandler({ ...setUp(upstream).options, onError })(ask());
    expect(response.status).toBe(502);
    await vi.waitFor(() => expect(said).toHaveBeenCalledTimes(2), 60_000);
    const [[first], [second]] = said.mock.calls as [[Error], [Error]];
    expect([first, second]).toMatchObject([{ code: "unauthorized" }, { code: "option-failed" }]);
    expect(everythingIn(second)).not.toContain(apiKey.slice(3, 15));
  });

  it("is an answer where it is a Response, as frameworks throw redirects", async () => {
    await using upstream = await startUpstream(minted);
    const { options, reports } = setUp(upstream);
    const authorize = async () => {
      throw Response.redirect("https://speech.example/sign-in", 303);
    };
    const response = await createTokenHandler({ ...options, authorize })(ask());
    expect([response.status, response.headers.get("cache-control")]).toEqual([303, "no-store"]);
    expect(reports).toEqual([]);
    expect(upstream.requests).toEqual([]);
  });
});

describe("a user's function that gives no answer", () => {
  it.each([
    ["authorize", { authorize: never }, "authorize-timeout"],
    ["expiresInSeconds", { expiresInSeconds: never }, "option-timeout"],
    ["maxSessionDurationSeconds", { maxSessionDurationSeconds: never }, "option-timeout"],
  ] as const)("such as %s costs the visitor a 504, and onError hears which", async (_, hanging, code) => {
    await using upstream = await startUpstream(minted);
    const { options, reports } = setUp(upstream);
    const response = await createTokenHandler({ ...options, ...hanging, authorizeTimeout: 20 })(ask());
    expect([response.status, (await errorOf(response)).code]).toEqual([504, "timeout"]);
    expect(reports).toMatchObject([{ error: { code, retryable: true }, context: { status: 504 } }]);
    expect(reports[0]?.error.message).toMatch(/did not answer within 20 ms.*authorizeTimeout/);
    expect(upstream.requests).toEqual([]);
  });

  it("has 10 seconds by default, and a later answer changes nothing", async () => {
    vi.useFakeTimers();
    const fetch = vi.fn();
    const settings = { apiKey, fetch, onError: () => {} };
    const tooLate = () => new Promise<string>((_, reject) => setTimeout(reject, 20_000, new Error("too late")));
    const answer = createTokenHandler({ ...settings, authorize: tooLate })(ask());
    const settled = vi.fn();
    answer.then(settled);
    await vi.advanceTimersByTimeAsync(9_999);
    expect(settled).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect((await answer).status).toBe(504);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(fetch).not.toHaveBeenCalled();
  });

  it("leaves no timer and no listener where it does answer", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    await using upstream = await startUpstream(minted);
    const request = ask({ signal: new AbortController().signal });
    const added = vi.spyOn(request.signal, "addEventListener");
    const removed = vi.spyOn(request.signal, "removeEventListener");
    const options = { ...setUp(upstream).options, rateLimit: false } as const;
    expect((await createTokenHandler(options)(request)).status).toBe(200);
    expect(vi.getTimerCount()).toBe(0);
    expect(added.mock.calls.length).toBeGreaterThan(0);
    expect(removed.mock.calls.map(([, listener]) => listener)).toEqual(
      expect.arrayContaining(added.mock.calls.map(([, listener]) => listener)),
    );
  });
});

describe("a visitor who leaves", () => {
  it.each([
    ["authorize is asked", "authorize"],
    ["a duration is picked", "expiresInSeconds"],
  ] as const)("while %s gets no token, and is nobody's failure", async (_, name) => {
    await using upstream = await startUpstream(minted);
    const { options, reports } = setUp(upstream);
    const visitor = new AbortController();
    const leaves = () => {
      visitor.abort();
      return never();
    };
    const answer = await createTokenHandler({ ...options, [name]: leaves })(ask({ signal: visitor.signal }));
    expect([answer.status, (await errorOf(answer)).code]).toEqual([499, "aborted"]);
    expect(reports).toEqual([]);
    expect(upstream.requests).toEqual([]);
  });

  it("while the body arrives gets no token either", async () => {
    await using upstream = await startUpstream(minted);
    const { options, reports } = setUp(upstream);
    const visitor = new AbortController();
    const body = new ReadableStream<Uint8Array>({ pull: () => visitor.abort() }, { highWaterMark: 0 });
    const request = ask({ body, duplex: "half", signal: visitor.signal });
    expect((await createTokenHandler(options)(request)).status).toBe(499);
    expect(reports).toEqual([]);
  });

  it("is visible to authorize in its request's signal, with a body and without", async () => {
    await using upstream = await startUpstream(minted);
    for (const body of ["{}", null]) {
      const visitor = new AbortController();
      const told: boolean[] = [];
      const authorize = (request: Request) => {
        request.signal.addEventListener("abort", () => told.push(request.signal.aborted));
        visitor.abort();
        return never();
      };
      const { settings } = setUp(upstream);
      await createTokenHandler({ ...settings, authorize })(ask({ body, signal: visitor.signal }));
      expect(told).toEqual([true]);
    }
  });
});
